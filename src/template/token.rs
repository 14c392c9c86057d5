//! The words of the language inside a tag.

/// What a token is. The order of the words does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The lexer stopped here; its fault says why.
    Error,
    Bool,
    /// `,`, or a character that no construct takes; the lexer stops at the latter.
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Field,
    Identifier,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    String,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    /// Whether Go counts it as a keyword, and shows it as `<if>`.
    pub(super) fn is_keyword(self) -> bool {
        matches!(
            self,
            Kind::Block
                | Kind::Break
                | Kind::Continue
                | Kind::Dot
                | Kind::Define
                | Kind::Else
                | Kind::End
                | Kind::If
                | Kind::Nil
                | Kind::Range
                | Kind::Template
                | Kind::With
        )
    }

    /// Whether an operand can begin with it.
    pub(super) fn starts_operand(self) -> bool {
        matches!(
            self,
            Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen
        )
    }
}

/// One word and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// White space stands before it.
    pub(super) spaced: bool,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The kind of an identifier-like word.
pub(super) fn word(text: &str) -> Kind {
    match text {
        "if" => Kind::If,
        "end" => Kind::End,
        "else" => Kind::Else,
        "with" => Kind::With,
        "range" => Kind::Range,
        "define" => Kind::Define,
        "template" => Kind::Template,
        "block" => Kind::Block,
        "break" => Kind::Break,
        "continue" => Kind::Continue,
        "nil" => Kind::Nil,
        "true" | "false" => Kind::Bool,
        _ => Kind::Identifier,
    }
}
