//! The program of `tests/oracle/gotemplate`, and the same account of our own trees.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use careen::template::{Arg, Branch, Define, FunctionSet, Node, Number, Pipe, Template, parse};
use careen::text::{Span, Text};

/// The oracle, built.
pub(crate) struct Go {
    program: PathBuf,
}

impl Go {
    /// Builds it; `None`, with a word on stderr, where there is no `go`.
    pub(crate) fn build() -> Option<Self> {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/gotemplate");
        let thread = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("gotemplate-{thread}"));
        let built = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(source)
            .status();
        match built {
            Ok(status) if status.success() => Some(Self { program }),
            Ok(status) => panic!("`go build` of {source} ended with {status}"),
            Err(error) => {
                let required = std::env::var_os("CAREEN_REQUIRE_ORACLES").is_some();
                assert!(!required, "`go` cannot be run: {error}");
                eprintln!("passed over: `go` cannot be run: {error}");
                None
            }
        }
    }

    /// What Go says of each text. A text with a NUL byte cannot be given.
    pub(crate) fn verdicts(&self, texts: &[String], functions: &[&str]) -> Vec<String> {
        let mut child = Command::new(&self.program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut sent = functions.join(" ");
        for text in texts {
            sent.push('\0');
            sent.push_str(text);
        }
        sent.push('\0');
        let writer = std::thread::spawn(move || input.write_all(sent.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        let verdicts: Vec<_> = output.split_terminator('\0').map(str::to_owned).collect();
        assert_eq!(verdicts.len(), texts.len());
        verdicts
    }

    /// A line for each text of which Go says something else than we do.
    pub(crate) fn differences(&self, texts: &[String], names: &[&str]) -> Vec<String> {
        let set: FunctionSet = names.iter().copied().collect();
        let mut differing = Vec::new();
        for chunk in texts.chunks(1000) {
            for (text, go) in chunk.iter().zip(self.verdicts(chunk, names)) {
                let own = own_verdict(text, &set);
                if own != go {
                    differing.push(difference(text, &go, &own));
                }
            }
        }
        differing
    }
}

fn difference(text: &str, go: &str, own: &str) -> String {
    let shorten = |text: &str| text.chars().take(300).collect::<String>();
    let same = go.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(20);
    let part =
        |text: &str| String::from_utf8_lossy(&text.as_bytes()[same.min(text.len())..]).into_owned();
    format!(
        "text {:?}\n  go  {:.200}\n  own {:.200}",
        shorten(text),
        if go.starts_with("error") { go.to_owned() } else { part(go) },
        if own.starts_with("error") { own.to_owned() } else { part(own) }
    )
}

/// The verdict on a text, as the oracle writes it.
pub(crate) fn own_verdict(text: &str, functions: &FunctionSet) -> String {
    let template = parse(Text::new(text), functions);
    if let Some(error) = template.errors.first() {
        return format!("error {}", error.message);
    }
    let mut trees: BTreeMap<&str, String> = BTreeMap::new();
    let mut closed: Vec<&Define> = template.defines.iter().collect();
    closed.sort_by_key(|define| define.span.end);
    for define in closed {
        // Of two definitions of one name, at most one has more than white space.
        let empty = is_empty(&template, &define.body);
        if !(empty && trees.contains_key(&*define.name)) {
            trees.insert(&define.name, list(&template, &define.body));
        }
    }
    trees.insert("T", list(&template, &template.nodes));
    let mut out = "ok ".to_owned();
    for (name, tree) in trees {
        write!(out, "{}={tree}", hex(name.as_bytes())).unwrap();
    }
    out
}

fn is_empty(template: &Template, nodes: &[Node]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Text(text) => template.slice(text.trimmed).trim().is_empty(),
        Node::Comment(_) => true,
        _ => false,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    })
}

fn list(template: &Template, nodes: &[Node]) -> String {
    let mut out = "[".to_owned();
    for one in nodes {
        node(template, one, &mut out);
    }
    out + "]"
}

fn node(template: &Template, node: &Node, out: &mut String) {
    match node {
        Node::Text(text) if text.trimmed.start < text.trimmed.end => {
            let length = text.trimmed.end - text.trimmed.start;
            write!(out, "T@{}+{length};", text.trimmed.start).unwrap();
        }
        Node::Text(_) | Node::Comment(_) | Node::Define(_) => {}
        Node::Action(action) => {
            out.push('A');
            pipe(template, &action.pipe, out);
        }
        Node::If(branch) => arms(template, 'I', branch, 0, out),
        Node::With(branch) => arms(template, 'W', branch, 0, out),
        Node::Range(branch) => arms(template, 'R', branch, 0, out),
        Node::Template(call) => {
            write!(out, "X{}", hex(call.name.bytes(&template.text))).unwrap();
            match &call.pipe {
                Some(called) => pipe(template, called, out),
                None => out.push('-'),
            }
        }
        Node::Block(block) => {
            let name = &template.defines[block.define].name;
            write!(out, "X{}", hex(name.as_bytes())).unwrap();
            pipe(template, &block.pipe, out);
        }
        Node::Break(_) => out.push('B'),
        Node::Continue(_) => out.push('C'),
        Node::Invalid(_) => out.push('!'),
    }
}

/// Go nests each `else if` in the `else` before it.
fn arms(template: &Template, kind: char, branch: &Branch, index: usize, out: &mut String) {
    let arm = &branch.arms[index];
    out.push(kind);
    pipe(template, &arm.pipe, out);
    *out += &list(template, &arm.nodes);
    if index + 1 < branch.arms.len() {
        out.push('[');
        arms(template, kind, branch, index + 1, out);
        out.push(']');
    } else if let Some(otherwise) = &branch.otherwise {
        *out += &list(template, &otherwise.nodes);
    } else {
        out.push('-');
    }
}

fn pipe(template: &Template, pipe: &Pipe, out: &mut String) {
    out.push('{');
    for variable in &pipe.variables {
        write!(out, "{}@{},", template.slice(*variable), variable.start).unwrap();
    }
    if pipe.assigns {
        out.push('=');
    }
    for command in &pipe.commands {
        out.push('|');
        for one in &command.args {
            out.push(' ');
            arg(template, one, out);
        }
    }
    out.push('}');
}

fn arg(template: &Template, arg: &Arg, out: &mut String) {
    let slice = |span: Span| template.slice(span);
    let written = match arg {
        Arg::Dot(span) => write!(out, ".@{}", span.start),
        Arg::Nil(span) => write!(out, "nil@{}", span.start),
        Arg::Bool(span, value) => write!(out, "{value}@{}", span.start),
        Arg::Field(fields) => {
            let names: Vec<_> = fields.names(&template.text).map(|(name, _)| name).collect();
            write!(out, ".{}", names.join("."))
        }
        Arg::Variable(variable) => write!(out, "{}", slice(variable.span())),
        Arg::Identifier(span) => write!(out, "{}@{}", slice(*span), span.start),
        Arg::Str(text) => {
            write!(out, "S{}@{}", hex(text.bytes(&template.text)), text.span.start)
        }
        Arg::Number(value) => number(value, out),
        Arg::Char(span, c) => {
            let code = u32::from(*c);
            let float = f64::from(code).to_bits();
            write!(out, "N@{}i{code}u{code}f{float:x}", span.start)
        }
        Arg::Chain(chain) => {
            out.push('(');
            self::arg(template, &chain.base, out);
            write!(out, "){}", slice(chain.fields.span))
        }
        Arg::Pipe(_, inner) => {
            out.push('P');
            pipe(template, inner, out);
            Ok(())
        }
    };
    written.unwrap();
}

fn number(number: &Number, out: &mut String) -> std::fmt::Result {
    write!(out, "N@{}", number.span.start)?;
    if let Some(int) = number.int {
        write!(out, "i{int}")?;
    }
    if let Some(uint) = number.uint {
        write!(out, "u{uint}")?;
    }
    if let Some(float) = number.float {
        write!(out, "f{:x}", float.to_bits())?;
    }
    if let Some((real, imaginary)) = number.complex {
        write!(out, "c{:x},{:x}", real.to_bits(), imaginary.to_bits())?;
    }
    Ok(())
}

/// All files in folders `templates` beside a Chart.yaml that are UTF-8 and have no NUL byte.
pub(crate) fn chart_templates(folder: &Path, within: bool, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let chart = folder.join("Chart.yaml").is_file();
    for path in paths {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            let here = within || (chart && path.file_name().is_some_and(|n| n == "templates"));
            chart_templates(&path, here, found);
        } else if within {
            found.extend(std::fs::read_to_string(&path).ok().filter(|text| !text.contains('\0')));
        }
    }
}

/// Endless mutants of texts, the same for the same seed.
pub(crate) struct Mutator<'s> {
    seeds: &'s [String],
    state: u64,
}

impl<'s> Mutator<'s> {
    pub(crate) fn new(seeds: &'s [String], seed: u64) -> Self {
        Self { seeds, state: seed }
    }

    /// The next number below `bound` (`SplitMix64`).
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }

    /// A stretch of a seed that begins and ends anywhere, at most some hundred characters.
    fn snippet(&mut self) -> Vec<char> {
        let seed: &str = &self.seeds[self.below(self.seeds.len())];
        let mut at = self.below(seed.len());
        while !seed.is_char_boundary(at) {
            at -= 1;
        }
        if self.below(4) > 0 {
            at = seed[at..].find("{{").map_or(at, |found| at + found);
        }
        let length = 20 + self.below(400);
        seed[at..].chars().take(length).collect()
    }

    /// Two times of three a place within a tag.
    fn place(&mut self, text: &[char]) -> usize {
        let at = self.below(text.len() + 1);
        if self.below(3) == 0 {
            return at;
        }
        let braces = text.iter().skip(at).position(|c| *c == '{' || *c == '}');
        braces.map_or(at, |found| (at + found + self.below(8)).min(text.len()))
    }

    fn mutate(&mut self, text: &mut Vec<char>) {
        let at = self.place(text);
        match self.below(5) {
            0 => {
                let end = (at + 1 + self.below(3)).min(text.len());
                text.drain(at..end);
            }
            1 => {
                let to = self.place(text).min(text.len().saturating_sub(1));
                if at < text.len() {
                    text.swap(at, to);
                }
            }
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                text.splice(at..at, piece.chars());
            }
        }
    }
}

impl Iterator for Mutator<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut text = self.snippet();
        for _ in 0..=self.below(3) {
            self.mutate(&mut text);
        }
        Some(text.into_iter().collect())
    }
}

const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{- ",
    " -}}",
    "{{/*",
    "*/}}",
    "/*",
    "*/",
    "(",
    ")",
    "|",
    ".",
    "..",
    ",",
    "$",
    "$x",
    "$x.y",
    "$ ",
    ":=",
    "=",
    ":",
    "\"",
    "`",
    "'",
    "\\",
    "'a'",
    "'\\n'",
    "''",
    "'ab'",
    "\"\\q\"",
    "\"\\xff\\u00e9\\101\"",
    "\"\\ud800\"",
    "\"\\400\"",
    "1",
    "0",
    "08",
    "0x",
    "0x1F",
    "1_0",
    "1__0",
    "_1",
    "1e5",
    "1e",
    "1e999",
    ".5",
    "5.",
    "1.2.3",
    "+",
    "-",
    "-0",
    "+7",
    "1+2i",
    "1i",
    "0i",
    "1+2",
    "0x1p4",
    "0x1.8p-3i",
    "1e3+0i",
    "0b12",
    "0o7",
    "9223372036854775808",
    "99999999999999999999",
    "if",
    "else",
    "end",
    "with",
    "range",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "nil",
    "true",
    "false",
    "nope",
    "include",
    "quote",
    " ",
    "\n",
    "\t",
    "\r\n",
    "é",
    "日",
    "²",
    "\u{301}",
    "\u{7}",
    "\u{a0}",
    "!",
    "@",
    "{",
    "}",
    "-",
    "{{end}}",
    "{{ end -}}",
    "{{if .x}}",
    "{{else}}",
    "{{else if .y}}",
    "{{else with .z}}",
    "{{with $v := .w}}",
    "{{range $k, $v := .r}}",
    "{{range $k, $v}}",
    "{{range $k,}}",
    "{{range $a, $b, $c := .r}}",
    "{{define \"d\"}}",
    "{{define \"d\"}}x{{end}}",
    "{{define `d`}} {{end}}",
    "{{template \"d\"}}",
    "{{template \"d\" .}}",
    "{{block \"b\" .}}",
    "{{break}}",
    "{{continue}}",
    "{{$x := 1}}",
    "{{$x = 2}}",
    "{{$x}}",
    "{{.}}",
    "{{nil}}",
    "{{1 | 2}}",
    "{{.a | quote | }}",
    "{{(.a).b.c}}",
    "{{/* c */}}",
    "{{- /* c */ -}}",
    "{{\"s\".x}}",
    "{{1.x}}",
    "{{$.x.y}}",
    "{{now.Year}}",
    "{{if}}",
    "{{range}}",
    "{{end x}}",
    "{{else x}}",
];
