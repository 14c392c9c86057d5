//! Places that read Helm's own objects where the dot is a value: `.Values.a` inside of `with .Values.b`.

use std::collections::BTreeMap;

use super::{
    branch::{Arm, arms},
    named,
};
use crate::{
    analysis::Analysis,
    catalog::{Chart, TemplateFile, ValuesPath},
    finding::Place,
    template::{
        Branch, Element, Node, Template,
        flow::{Read, Step},
    },
    text::Span,
};

/// What a template's dot holds at first.
const OBJECTS: [&str; 6] = ["Capabilities", "Chart", "Files", "Release", "Template", "Values"];

/// A place that takes the dot for the one at the top, where it is a value: Helm stops there.
#[derive(Clone, Debug)]
pub struct LostDot {
    /// Where it stands.
    pub place: Place,
    /// What it writes: `.Values.a`.
    pub chain: String,
    /// The value that the dot is.
    pub dot: ValuesPath,
    /// Whether the dot is what the value holds.
    pub item: bool,
    /// Whether a condition in the block decides whether it is reached.
    pub guarded: bool,
    /// More places of the block that do so.
    pub more: Vec<Place>,
}

/// A block whose dot is another one.
struct Block {
    condition: Span,
    body: Span,
    range: bool,
}

impl Analysis<'_> {
    /// The places in a chart's own templates that take the dot for the one at the top, one of each block.
    pub fn lost_dots(&self, chart: &Chart) -> Vec<LostDot> {
        let mut blocks: BTreeMap<usize, (Vec<Block>, Vec<Arm>)> = BTreeMap::new();
        let mut found: BTreeMap<(usize, u32), LostDot> = BTreeMap::new();
        let own = self.own_files(chart);
        for read in self.flow().reads().iter().filter(|read| !read.several) {
            let Some((file, depth)) = own.get(&read.file).copied().zip(object(read)) else {
                continue;
            };
            let chain = file.file.text.slice(read.span);
            let names = read.path.get(depth..).unwrap_or_default();
            let literal = names.iter().map(named).collect::<Option<Vec<_>>>();
            let literal = literal.filter(|names| chain == format!(".{}", names.join(".")));
            if literal.is_none() || read.chained < names.len() {
                continue;
            }
            let both = || (all_blocks(&file.template), arms(&file.template));
            let (blocks, arms) = blocks.entry(read.file).or_insert_with(both);
            let Some(block) = innermost(blocks, read.span) else { continue };
            let place = file.file.place(read.span);
            let key = (read.file, block.body.start);
            if let Some(lost) = found.get_mut(&key) {
                if lost.place != place && !lost.more.contains(&place) {
                    lost.more.push(place);
                }
                continue;
            }
            let dot = read.path.get(..depth).unwrap_or_default();
            if let Some(dot) = self.dot_of(block, dot, read, file) {
                let (chain, item, more) = (chain.to_owned(), block.range, Vec::new());
                let guarded = arms
                    .iter()
                    .any(|arm| block.body.contains(arm.condition) && arm.body.contains(read.span));
                found.insert(key, LostDot { place, chain, dot, item, guarded, more });
            }
        }
        found.into_values().collect()
    }

    /// The value that is the dot of a block, where the block's condition reads it and it has no such key.
    fn dot_of(
        &self,
        block: &Block,
        dot: &[Step],
        read: &Read,
        file: &TemplateFile,
    ) -> Option<ValuesPath> {
        let value = match dot {
            [value @ .., Step::Any] if block.range => value,
            _ if block.range => return None,
            _ => dot,
        };
        let mut asked = self.reads_in(read.file, block.condition);
        asked.find(|it| it.member == read.member && it.path == value)?;
        let names: Option<Vec<&str>> = value.iter().map(named).collect();
        let path = ValuesPath::of(names?);
        let member = self.closure.members.get(read.member)?;
        let object = read.path.get(..=dot.len())?.iter().map(named).collect::<Option<Vec<_>>>();
        let declared = |names: Vec<&str>| {
            member.chart.documentation().values.find(&ValuesPath::of(names)).is_some()
        };
        let condition = file.file.text.slice(block.condition);
        // What is made of the value first is not the value.
        let plain = !condition.contains(['|', '(']);
        (plain && !object.is_some_and(declared)).then_some(path)
    }
}

/// After how many steps of a value a place reads one of Helm's objects, and something in it.
fn object(read: &Read) -> Option<usize> {
    let last = read.path.len().checked_sub(1)?;
    let is_object = |step: &Step| named(step).is_some_and(|name| OBJECTS.contains(&name));
    (1..last).find(|at| read.path.get(*at).is_some_and(is_object))
}

fn innermost(blocks: &[Block], place: Span) -> Option<&Block> {
    blocks.iter().rev().find(|block| block.body.contains(place))
}

/// All blocks of a template with a dot of their own, in the order in which they begin.
fn all_blocks(template: &Template) -> Vec<Block> {
    let mut blocks = Vec::new();
    template.walk(|element| match element {
        Element::Node(Node::With(branch)) => blocks.extend(blocks_of(branch, false)),
        Element::Node(Node::Range(branch)) => blocks.extend(blocks_of(branch, true)),
        _ => {}
    });
    blocks.sort_by_key(|block| block.body.start);
    blocks
}

fn blocks_of(branch: &Branch, range: bool) -> impl Iterator<Item = Block> + '_ {
    let last = branch.end.map_or(branch.span.end, |tag| tag.span.start);
    let otherwise = branch.otherwise.as_ref().map(|it| it.tag);
    branch.arms.iter().enumerate().map(move |(number, arm)| {
        let next = branch.arms.get(number + 1).map(|arm| arm.tag).or(otherwise);
        let end = next.map_or(last, |tag| tag.span.start);
        Block { condition: arm.pipe.span, body: Span { start: arm.tag.span.end, end }, range }
    })
}

#[cfg(test)]
mod tests {
    use crate::analysis::rendering::tests::analysed;

    /// The places that have lost their dot, with what it is.
    fn lost(values: &str, template: &str) -> Vec<String> {
        let files = [("values.yaml", values), ("templates/a.yaml", template)];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let lost = analysis.lost_dots(chart);
            lost.iter().map(|it| format!("{} {} {}", it.chain, it.dot, it.more.len())).collect()
        })
    }

    #[test]
    fn the_dot_of_a_block_is_its_value() {
        let values = "a: {}\nb: []\nc: {Values: {d: 1}}\nd: 1\n";
        let lost = |template: &str| lost(values, template);
        assert_eq!(lost("{{ with .Values.a }}{{ .Values.d }}{{ end }}"), [".Values.d a 0"]);
        let twice = "{{ range .Values.b }}{{ .Release.Name }}{{ if .Values.d }}{{ end }}{{ end }}";
        assert_eq!(lost(twice), [".Release.Name b 1"]);
        for template in [
            "{{ with .Values.a }}{{ $.Values.d }}{{ else }}{{ .Values.d }}{{ end }}",
            "{{ with .Values.c }}{{ .Values.d }}{{ end }}",
            "{{ with .Values.a }}{{ .x }}{{ end }}{{ .Values.d }}",
            "{{ with .Values.a }}{{ with $ }}{{ .Values.d }}{{ end }}{{ end }}",
            "{{ define \"x\" }}{{ .Values.d }}{{ end }}{{ with .Values.a }}{{ include \"x\" $ }}{{ end }}",
        ] {
            assert!(lost(template).is_empty(), "{template}");
        }
    }
}
