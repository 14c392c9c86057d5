//! `maintenance/deprecated-chart`

use crate::{
    catalog::{Chart, Manifest, Readme},
    facts::{Absence, CatalogFacts, ChartFacts},
    finding::{Level, Place},
    rule::{CatalogContext, ChartContext, Rule, Sink, days_since},
    text::Span,
};

/// A chart that is deprecated and still there, or deprecated in words only.
pub(crate) struct DeprecatedChart;

impl Rule for DeprecatedChart {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        let Some(manifest) = chart.manifest.as_ref().filter(|it| !it.is_deprecated()) else {
            return;
        };
        let Some((place, words)) = announced(chart, manifest) else { return };
        let message =
            format!("{words} deprecated, Chart.yaml does not: `deprecated: true` is missing");
        out.at(place, message)
            .also(chart.anchor.clone(), "not marked here")
            .help("set `deprecated: true` in Chart.yaml and raise `version`, for clients and catalogs read only that; or take the words back");
    }

    fn catalog(&self, facts: &CatalogFacts, cx: &CatalogContext<'_>, out: &mut Sink) {
        let lingers = |chart: &ChartFacts| {
            days_deprecated(chart, cx.now).is_some_and(|days| days >= cx.options.get("days"))
        };
        for absence in facts.absence(|chart| !chart.local_subchart && chart.readable, lingers) {
            match absence {
                Absence::Chart(chart) => lingering(chart, cx.now, out),
                Absence::Catalog { catalog, charts, of } => {
                    let days =
                        charts.iter().filter_map(|chart| days_deprecated(chart, cx.now)).min();
                    let message = format!(
                        "{} of {of} charts in `{catalog}` have been deprecated for {} days or more and are still there",
                        charts.len(),
                        days.unwrap_or_default()
                    );
                    // A catalog of which most is deprecated is an archive: that is its state, not a slip.
                    out.absent(&charts, message)
                        .level(Level::Note)
                        .subject(catalog)
                        .help("archive the catalog, or remove the charts' folders; released versions stay in the index");
                }
            }
        }
    }
}

fn days_deprecated(chart: &ChartFacts, now: i64) -> Option<i64> {
    let since = chart.history.as_ref()?.deprecated_since?;
    Some(days_since(since, now))
}

fn lingering(chart: &ChartFacts, now: i64, out: &mut Sink) {
    let days = days_deprecated(chart, now).unwrap_or_default();
    let message = format!(
        "`{}` has been deprecated for {days} days and is still in the catalog",
        chart.id.name
    );
    let place = chart.deprecated.clone().unwrap_or_else(|| chart.anchor.clone());
    out.at(place, message)
        .chart(&chart.id)
        .subject(&chart.id.name)
        .help("remove the chart's folder; released versions stay in the repository's index");
}

/// Where the description or the README says that the chart is deprecated.
fn announced(chart: &Chart, manifest: &Manifest) -> Option<(Place, &'static str)> {
    let description = manifest.description.as_ref().filter(|it| opens_with_notice(&it.value));
    if let Some(it) = description {
        return Some((manifest.place(it.span), "the description says"));
    }
    let readme = chart.readme.as_ref()?;
    let span = title_notice(readme).or_else(|| prose_notice(readme))?;
    Some((readme.file.place(span), "the README says that the chart is"))
}

/// `DEPRECATED …`, `[Deprecated] …`, `(DEPRECATED) …`: the notice comes first, or in capitals.
fn opens_with_notice(text: &str) -> bool {
    let opening = text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    opening.starts_with("deprecated") || text.split_whitespace().any(is_capital_notice)
}

fn is_capital_notice(word: &str) -> bool {
    word.trim_matches(|c: char| !c.is_alphanumeric()) == "DEPRECATED"
}

/// The notice in the README's title.
fn title_notice(readme: &Readme) -> Option<Span> {
    let title = readme.headings.first().filter(|heading| heading.level == 1)?;
    let marked = title.text.split(|c: char| !c.is_alphanumeric());
    let marked = marked.into_iter().any(|word| word.eq_ignore_ascii_case("deprecated"));
    marked.then_some(title.span)
}

/// How far into a README a notice about the chart itself stands.
const NOTICE_LINES: u32 = 20;

/// A sentence near the top that says it of the chart, or a line that begins with the notice.
fn prose_notice(readme: &Readme) -> Option<Span> {
    let text = &readme.file.text;
    let in_code = |span: Span| readme.code.iter().any(|code| code.span.contains(span));
    (1..=NOTICE_LINES.min(text.line_count() as u32))
        .map(|line| text.line_span(line))
        .find(|span| !in_code(*span) && says_it_of_the_chart(text.slice(*span)))
}

fn says_it_of_the_chart(line: &str) -> bool {
    let opening = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let capital = opening.split_whitespace().next().is_some_and(is_capital_notice);
    let sentences: Vec<Vec<String>> =
        line.split(['.', '!', ':', ';', '*', '>']).map(words).filter(|it| !it.is_empty()).collect();
    let follows =
        || sentences.windows(2).any(|two| matches!(two, [first, it] if is_about_it(first, it)));
    capital || is_banner(line) || sentences.iter().any(|it| is_notice(it)) || follows()
}

/// A quoted line that is nothing but the notice: `> **Deprecated Module**`.
fn is_banner(line: &str) -> bool {
    let Some(quoted) = line.trim_start().strip_prefix('>') else { return false };
    let words = words(&quoted.replace("<br", " "));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words.as_slice(), ["deprecated"] | ["deprecated", "chart" | "module" | "project"])
}

/// The words of a sentence, in lower case.
fn words(sentence: &str) -> Vec<String> {
    let words = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether a sentence that begins with `it` says so, after one whose subject is the chart: `This web chart is for
/// … It is no longer maintained.`
fn is_about_it(before: &[String], sentence: &[String]) -> bool {
    let of_chart = chart_and_rest(before).is_some();
    let says = |rest: &[String]| is_fate(&rest.iter().map(String::as_str).collect::<Vec<_>>());
    of_chart && sentence.split_first().is_some_and(|(it, rest)| it == "it" && says(rest))
}

/// What follows the subject of a sentence, if that is the chart.
fn chart_and_rest(words: &[String]) -> Option<&[String]> {
    let (article, rest) = words.split_first()?;
    let at = rest.iter().take(SUBJECT_WORDS_MAX).position(|word| word == "chart")?;
    matches!(&**article, "this" | "the").then(|| rest.get(at + 1..)).flatten()
}

/// How many words the chart's name may have in a subject: `this chart`, `this web chart`.
const SUBJECT_WORDS_MAX: usize = 2;

/// Whether a sentence's subject is the chart, and not something in it: `this chart is deprecated`,
/// `the Helm chart has been deprecated`.
fn is_notice(words: &[String]) -> bool {
    if let ["this", "is", ..] = words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        return words.iter().skip(2).take(3).any(|it| it == "deprecated");
    }
    let rest = chart_and_rest(words).unwrap_or_default();
    is_fate(&rest.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether a predicate says that its subject is nobody's any more.
fn is_fate(words: &[&str]) -> bool {
    matches!(
        words,
        ["is" | "was", "deprecated", ..]
            | ["is", "now" | "being", "deprecated", ..]
            | ["has", "been", "deprecated" | "moved", ..]
            | ["is", "replaced", "by", ..]
            | ["has", "been", "replaced", "by", ..]
            | ["has", "now", "been", "deprecated", ..]
            | ["is", "no", "longer", "maintained", ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_chart_counts() {
        assert!(says_it_of_the_chart("> **This chart has been deprecated** in favour of x"));
        assert!(says_it_of_the_chart("**DEPRECATED**: use x"));
        assert!(says_it_of_the_chart("> ⚠️ **Deprecated Module**<br/>"));
        assert!(!says_it_of_the_chart("> **Deprecated values**"));
        assert!(says_it_of_the_chart("This chart has been replaced by `site`."));
        assert!(says_it_of_the_chart(
            "> # This web chart is for x. It is no longer maintained. Use y."
        ));
        assert!(!says_it_of_the_chart(
            "This web chart deploys x. The image is no longer maintained."
        ));
        assert!(!says_it_of_the_chart("The value of the chart is deprecated"));
        assert!(!says_it_of_the_chart("The exporter used in this chart is deprecated"));
        assert!(!says_it_of_the_chart("The value `a.b` is deprecated, use `a.c`"));
        assert!(!says_it_of_the_chart("Deprecated values are listed below"));
        assert!(opens_with_notice("(deprecated) serves pages"));
        assert!(!opens_with_notice("finds deprecated interfaces"));
    }
}
