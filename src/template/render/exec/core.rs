//! What all templates of a rendering share: counters, functions, and what is being written.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    rc::Rc,
};

use crate::{
    template::{FunctionSet, Template, parse},
    text::Text,
};

use super::super::call::Random;
use super::super::value::{Str, Value};
use super::function::Callee;
use super::output::{Buffer, Part};

/// How many texts given to `tpl` are kept parsed, and how long they may be.
pub(super) const MAX_PARSED: usize = 256;
pub(super) const MAX_PARSED_BYTES: usize = 64 << 10;

pub(super) struct Core {
    pub(super) random: Random,
    pub(super) now: i64,
    /// How many bytes functions may still make.
    pub(super) budget: usize,
    /// Nodes executed, rounds of `range`, bytes written, and how deep execution is nested.
    pub(super) steps: u64,
    pub(super) rounds: u64,
    pub(super) written: usize,
    pub(super) depth: usize,
    pub(super) max_depth: usize,
    /// How often each name is being included.
    pub(super) included: HashMap<Str, usize>,
    /// What the template at hand writes.
    pub(super) out: Buffer,
    /// What was written to before and is empty, to be written to again.
    pub(super) buffers: Vec<Buffer>,
    /// Texts that `include` and `tpl` made in this action, with their origins.
    pub(super) traces: Vec<(Str, Vec<Part>)>,
    /// Lists of arguments that are not in use, to be used again.
    pub(super) spare: Vec<Vec<Value>>,
    functions: HashMap<Box<str>, Option<Callee<'static>>, BuildHasherDefault<ByteByByte>>,
    parsed: HashMap<Str, Rc<Template>>,
}

impl Core {
    pub(super) fn new(seed: u64, now: i64) -> Self {
        Self {
            random: Random(seed),
            now,
            budget: super::MAX_MADE,
            steps: 0,
            rounds: 0,
            written: 0,
            depth: 0,
            max_depth: super::MAX_DEPTH,
            included: HashMap::new(),
            out: Buffer::default(),
            buffers: Vec::new(),
            traces: Vec::new(),
            spare: Vec::new(),
            functions: HashMap::default(),
            parsed: HashMap::new(),
        }
    }

    /// Forgets what a rendering that failed has left behind.
    pub(super) fn begin(&mut self) {
        self.depth = 0;
        self.included.clear();
        self.out.clear();
        self.traces.clear();
    }

    /// The function of a name (`findFunction`).
    pub(super) fn find(&mut self, name: &str) -> Option<Callee<'static>> {
        if let Some(found) = self.functions.get(name) {
            return *found;
        }
        let found = Callee::find(name);
        self.functions.insert(name.into(), found);
        found
    }

    /// A text given to `tpl`, parsed.
    pub(super) fn parse(&mut self, text: &Str) -> Rc<Template> {
        if let Some(template) = self.parsed.get(text) {
            return Rc::clone(template);
        }
        let template = Rc::new(parse(Text::new(&*text.text()), FunctionSet::helm()));
        if text.bytes().len() <= MAX_PARSED_BYTES {
            if self.parsed.len() >= MAX_PARSED {
                self.parsed.clear();
            }
            self.parsed.insert(text.clone(), Rc::clone(&template));
        }
        template
    }
}

/// Fowler, Noll and Vo's hash (FNV-1a), for the few short names that are looked up at every call: the
/// standard one takes longer than all the rest of the call. Names come from the templates, but only those of
/// functions that exist pass the parser.
#[derive(Default)]
struct ByteByByte(u64);

impl Hasher for ByteByByte {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
