use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Template {
    parse(Text::new(text), FunctionSet::helm())
}

fn messages(template: &Template) -> Vec<&str> {
    template.errors.iter().map(|error| error.message.as_str()).collect()
}

fn values(template: &Template) -> Vec<&str> {
    template.values_chains().iter().map(|chain| template.slice(chain.span)).collect()
}

#[test]
fn every_piece_has_its_bytes() {
    let template = parsed("a {{- $x := include \"n\" (list .Values.a.b $) | nindent 4 -}}\n b");
    assert_eq!(messages(&template), [""; 0]);
    let [Node::Text(before), Node::Action(action), Node::Text(after)] = &template.nodes[..] else {
        panic!("{:?}", template.nodes)
    };
    let slice = |span| template.slice(span);
    assert_eq!((slice(before.span), slice(before.trimmed)), ("a ", "a"));
    assert_eq!((slice(after.span), slice(after.trimmed)), ("\n b", "b"));
    assert!(action.tag.trims_before && action.tag.trims_after);
    assert!(
        slice(action.tag.span).starts_with("{{- $x") && slice(action.tag.span).ends_with("-}}")
    );
    let pipe = &action.pipe;
    assert_eq!(slice(pipe.span), "$x := include \"n\" (list .Values.a.b $) | nindent 4");
    assert_eq!((slice(pipe.variables[0]), pipe.assigns), ("$x", false));
    let commands: Vec<_> = pipe.commands.iter().map(|command| slice(command.span)).collect();
    assert_eq!(commands, ["include \"n\" (list .Values.a.b $)", "nindent 4"]);
    let args: Vec<_> = pipe.commands[0].args.iter().map(|arg| slice(arg.span())).collect();
    assert_eq!(args, ["include", "\"n\"", "(list .Values.a.b $)"]);
}

#[test]
fn constants_have_their_values() {
    let template = parsed(r#"{{ list "a\t\xff\u00e9" `r\n` 'é' 0x10 -0 1.0 1e3 2i true nil }}"#);
    let Node::Action(action) = &template.nodes[0] else { panic!("{:?}", template.nodes) };
    let [_, quoted, raw, Arg::Char(_, c), numbers @ .., Arg::Bool(_, true), Arg::Nil(_)] =
        &action.pipe.commands[0].args[..]
    else {
        panic!("{:?}", action.pipe)
    };
    let bytes = |arg: &Arg| match arg {
        Arg::Str(text) => text.bytes(&template.text).to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(bytes(quoted), b"a\t\xff\xc3\xa9");
    assert_eq!(bytes(raw), b"r\\n");
    assert_eq!(*c, 'é');
    let facts: Vec<_> = numbers
        .iter()
        .map(|arg| match arg {
            Arg::Number(number) => (number.int, number.uint, number.float, number.complex),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        facts,
        [
            (Some(16), Some(16), Some(16.0), None),
            (Some(0), Some(0), Some(0.0), None),
            (Some(1), Some(1), Some(1.0), None),
            (Some(1000), Some(1000), Some(1000.0), None),
            (None, None, None, Some((0.0, 2.0))),
        ]
    );
}

#[test]
fn arms_stand_side_by_side() {
    let template =
        parsed("{{if .a}}1{{else if .b}}2{{- else }}3{{end}}{{range 3}}{{break}}{{end}}");
    let [Node::If(branch), Node::Range(range)] = &template.nodes[..] else {
        panic!("{:?}", template.nodes)
    };
    let tags: Vec<_> = branch.arms.iter().map(|arm| template.slice(arm.tag.span)).collect();
    assert_eq!(tags, ["{{if .a}}", "{{else if .b}}"]);
    assert!(branch.otherwise.as_ref().is_some_and(|otherwise| otherwise.tag.trims_before));
    assert_eq!(branch.end.map(|tag| template.slice(tag.span)), Some("{{end}}"));
    assert_eq!(branch.span.end, range.span.start);
    assert!(matches!(range.arms[0].nodes[..], [Node::Break(_)]));
}

#[test]
fn definitions_are_listed_where_they_open() {
    let template = parsed(
        "{{define \"a\"}}{{block `b` .x}}{{.Values.in}}{{end}}{{end}}t{{/* c */}}{{define \"c\\t\"}}{{end}}",
    );
    let names: Vec<_> = template.defines.iter().map(|define| define.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c\t"]);
    let kinds: Vec<_> = template.defines.iter().map(|define| define.kind).collect();
    assert_eq!(kinds, [DefineKind::Define, DefineKind::Block, DefineKind::Define]);
    assert_eq!(template.slice(template.defines[1].name_span), "`b`");
    assert!(matches!(template.defines[0].body[..], [Node::Block(Block { define: 1, .. })]));
    assert!(matches!(
        template.nodes[..],
        [Node::Define(0), Node::Text(_), Node::Comment(_), Node::Define(2)]
    ));
    assert_eq!(template.slice(template.comments[0].span), "/* c */");
    assert_eq!(values(&template), [".Values.in"]);
}

#[test]
fn values_are_found_wherever_they_stand() {
    let template = parsed(
        "{{ .Values.a }}{{ ($.Values.b | quote).c }}{{ .Other.Values.d }}{{ $x := .Values }}{{ $x.Values }}\
         {{ if .Values.e }}{{ else }}{{ tpl (toYaml .Values.f.g) $ }}{{ end }}{{ template \"t\" $.Values }}",
    );
    assert_eq!(
        values(&template),
        [".Values.a", "$.Values.b", ".Values", ".Values.e", ".Values.f.g", "$.Values"]
    );
    let chains = template.values_chains();
    assert!(chains[1].from_root && !chains[0].from_root);
    let names: Vec<_> =
        chains[4].names.iter().map(|(name, span)| (*name, template.slice(*span))).collect();
    assert_eq!(names, [("Values", "Values"), ("f", "f"), ("g", "g")]);
}

#[test]
fn a_bad_tag_does_not_hide_what_follows() {
    for (text, errors, found) in [
        (
            "{{ .Values.a ! }}{{ .Values.b }}",
            vec!["unexpected \"!\" in operand"],
            vec![".Values.a", ".Values.b"],
        ),
        ("{{ \"x }}\n{{ .Values.b }}", vec!["unterminated quoted string"], vec![".Values.b"]),
        ("{{ `x }}\n{{ .Values.b }}", vec!["unterminated raw quoted string"], vec![".Values.b"]),
        (
            "{{ .Values.a\ntext {{ .Values.b }}",
            vec!["function \"text\" not defined"],
            vec![".Values.a", ".Values.b"],
        ),
        ("{{/* x {{ .Values.b }}", vec!["unclosed comment"], vec![".Values.b"]),
        ("{{ /* x */ }}{{ .Values.b }}", vec!["unexpected \"/\" in command"], vec![".Values.b"]),
        (
            "{{if nope}}{{ .Values.b }}{{end}}",
            vec!["function \"nope\" not defined"],
            vec![".Values.b"],
        ),
        ("{{end}}{{ .Values.b }}", vec!["unexpected {{end}}"], vec![".Values.b"]),
        (
            "{{if .a}}{{ (.b }}{{ .Values.b }}",
            vec!["unclosed left paren", "unexpected EOF"],
            vec![".Values.b"],
        ),
        (
            "{{if .a}}{{define \"d\"}}{{.Values.b}}{{end}}{{end}}{{.Values.c}}",
            vec!["unexpected <define> in command"],
            vec![".Values.b", ".Values.c"],
        ),
        (
            "{{if .a}}{{else}}{{else}}{{.Values.b}}{{end}}{{nope}}",
            vec!["expected end; found {{else}}", "function \"nope\" not defined"],
            vec![".Values.b"],
        ),
    ] {
        let template = parsed(text);
        assert_eq!(messages(&template), errors, "{text}");
        assert_eq!(values(&template), found, "{text}");
    }
}

#[test]
fn errors_have_places() {
    for (text, place) in [
        ("a {{ .a | nope }}", "nope"),
        ("{{ if .a }} x", "{{ if .a }}"),
        ("x {{ $y }}", "$y"),
        ("x{{ end }}", "{{ end }}"),
        ("{{ .a | 1 }}", "1"),
        ("{{ \"a }}\n", "\"a }}"),
        ("{{ .a!b }}", ".a!"),
        ("{{define \"d\"}}a{{end}}{{define `d`}}b{{end}}", "`d`"),
    ] {
        let template = parsed(text);
        assert_eq!(template.slice(template.errors[0].span), place, "{text}");
    }
}

#[test]
fn functions_named_like_keywords_are_functions() {
    let functions: FunctionSet = ["break"].into_iter().collect();
    let template = parse(Text::new("{{break}}{{continue}}"), &functions);
    assert_eq!(messages(&template), ["{{continue}} outside {{range}}"]);
}

#[test]
fn depth_is_bounded() {
    let blocks = |depth: usize| format!("{}{}", "{{if .a}}".repeat(depth), "{{end}}".repeat(depth));
    assert_eq!(messages(&parsed(&blocks(MAX_BLOCK_DEPTH))), [""; 0]);
    let deep = parsed(&blocks(MAX_BLOCK_DEPTH + 1));
    assert_eq!(messages(&deep), [format!("blocks nest deeper than {MAX_BLOCK_DEPTH}")]);
    let parens = |depth: usize| format!("{{{{ {}.a{} }}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(messages(&parsed(&parens(MAX_PAREN_DEPTH))), [""; 0]);
    let deep = parsed(&parens(MAX_PAREN_DEPTH + 1));
    assert_eq!(messages(&deep), ["max expression depth exceeded"]);
    let mut elements = 0;
    parsed(&parens(MAX_PAREN_DEPTH)).walk(|_| elements += 1);
    assert!(elements > 2 * MAX_PAREN_DEPTH);
}

#[test]
fn size_and_errors_are_bounded() {
    let large = parsed(&" ".repeat(MAX_BYTES + 1));
    assert!(large.nodes.is_empty() && large.errors.len() == 1);
    assert!(parsed(&" ".repeat(MAX_BYTES)).errors.is_empty());
    assert_eq!(parsed(&"{{!}}".repeat(MAX_ERRORS + 1)).errors.len(), MAX_ERRORS);
}

#[test]
fn hostile_texts_take_no_longer_than_others() {
    for piece in [
        "{{/*",
        "{{",
        "{{!",
        "{{(",
        "(",
        "{{\"",
        "{{'",
        "{{`",
        "{{if .a}}",
        "{{else}}",
        "{{end",
        "{{$a:=1}}",
        "{{$a",
        "{{- ",
        "{",
        "}}",
        "{{if .a}}{{else if .b}}",
        "{{define \"a\"}}",
        "{{1+",
        "{{\"}}",
        "{{'}}",
    ] {
        let template = parsed(&piece.repeat((1 << 18) / piece.len()));
        assert!(template.errors.len() <= MAX_ERRORS, "{piece}");
    }
    for nesting in ["(", "{{(", "{{if .a}}", "{{define `a`}}"] {
        let template = parsed(&format!("{{{{{}", nesting.repeat((1 << 20) / nesting.len())));
        assert!(!template.errors.is_empty());
    }
    let arms = format!("{{{{if .a}}}}{}{{{{end}}}}", "{{else if .b}}".repeat(50_000));
    assert!(parsed(&arms).errors.is_empty());
    let variables: Vec<_> = (0..60_000).map(|i| format!("{{{{$v{i}:=$}}}}")).collect();
    assert!(parsed(&variables.concat()).errors.is_empty());
}

/// Checks that the nodes cover the text without gap or overlap, and gives the byte after them.
fn cover(template: &Template, nodes: &[Node], start: u32) -> u32 {
    nodes.iter().fold(start, |at, node| match node {
        Node::Text(text) => {
            assert!(text.span.contains(text.trimmed) && text.span.start < text.span.end);
            follow(at, text.span)
        }
        Node::Comment(Comment { tag, span }) => {
            assert!(tag.span.contains(*span));
            follow(at, tag.span)
        }
        Node::Action(Action { tag, pipe }) => {
            within(tag.span, pipe);
            follow(at, tag.span)
        }
        Node::Template(call) => {
            call.pipe.iter().for_each(|pipe| within(call.tag.span, pipe));
            assert!(call.tag.span.contains(call.name.span));
            follow(at, call.tag.span)
        }
        Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
            let mut next = at;
            for arm in &branch.arms {
                within(arm.tag.span, &arm.pipe);
                next = cover(template, &arm.nodes, follow(next, arm.tag.span));
            }
            if let Some(otherwise) = &branch.otherwise {
                next = cover(template, &otherwise.nodes, follow(next, otherwise.tag.span));
            }
            let end = branch.end.map_or(next, |tag| follow(next, tag.span));
            assert_eq!(branch.span, Span { start: at, end });
            end
        }
        Node::Define(index) | Node::Block(Block { define: index, .. }) => {
            let define = &template.defines[*index];
            if let Node::Block(block) = node {
                within(block.tag.span, &block.pipe);
            }
            let body = follow(at, define.tag.span);
            assert!(define.tag.span.contains(define.name_span));
            let next = cover(template, &define.body, body);
            let end = define.end.map_or(next, |tag| follow(next, tag.span));
            assert_eq!(define.span, Span { start: at, end });
            end
        }
        Node::Break(tag) | Node::Continue(tag) | Node::Invalid(tag) => follow(at, tag.span),
    })
}

fn follow(at: u32, span: Span) -> u32 {
    assert_eq!(at, span.start);
    assert!(span.start < span.end);
    span.end
}

fn within(outer: Span, pipe: &Pipe) {
    assert!(outer.contains(pipe.span) || pipe.span == Span::default(), "{outer:?} {pipe:?}");
    for variable in &pipe.variables {
        assert!(pipe.span.contains(*variable));
    }
    let mut at = pipe.span.start;
    for command in &pipe.commands {
        assert!(at <= command.span.start && pipe.span.contains(command.span));
        at = command.span.start;
        for arg in &command.args {
            assert!(at <= arg.span().start && command.span.contains(arg.span()));
            at = arg.span().end;
            match arg {
                Arg::Pipe(span, inner) => within(*span, inner),
                Arg::Chain(chain) => {
                    assert_eq!(chain.base.span().end, chain.fields.span.start);
                }
                _ => {}
            }
        }
    }
}

fn check(text: &str) {
    let template = parsed(text);
    assert_eq!(cover(&template, &template.nodes, 0) as usize, text.len(), "{text:?}");
    for error in &template.errors {
        assert!(text.get(error.span.range()).is_some(), "{text:?} {error:?}");
    }
    template.walk(|element| {
        let span = match element {
            Element::Pipe(pipe) => pipe.span,
            Element::Command(command) => command.span,
            Element::Arg(arg) => arg.span(),
            Element::Define(define) => define.span,
            Element::Node(_) => return,
        };
        assert!(text.get(span.range()).is_some(), "{text:?} {element:?}");
    });
    template.values_chains();
}

proptest! {
    #[test]
    fn any_text_is_covered(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_bytes_are_covered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_are_covered(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..40)
    ) {
        check(&words.concat());
    }
}

const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{- ",
    " -}}",
    "{{-",
    "-}}",
    "{{/*",
    "*/}}",
    "*/ -}}",
    "/*",
    "*/",
    "(",
    ")",
    "|",
    ".",
    ".a",
    "$",
    "$x",
    ":=",
    "=",
    ",",
    "\"",
    "\"s\"",
    "`",
    "'",
    "'c'",
    "1",
    "0x1",
    "1+2i",
    "-",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "nil",
    "true",
    "quote",
    "nope",
    " ",
    "\n",
    "é",
    "日本",
    "\u{301}",
    "!",
    "{",
    "}",
    "{{if .a}}",
    "{{else}}",
    "{{end}}",
    "{{range $k, $v := .a}}",
    "{{define \"d\"}}",
    "{{block \"b\" .}}",
    "{{else if .b}}",
    "{{.Values.x}}",
];
