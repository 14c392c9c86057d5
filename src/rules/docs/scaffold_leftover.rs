//! `docs/scaffold-leftover`

use crate::{
    catalog::Chart,
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    yaml::Node,
};

/// What `helm create` writes and nobody changed.
pub(crate) struct ScaffoldLeftover;

/// The description that `helm create` writes (pkg/chart/v2/util/create.go).
const DESCRIPTION: &str = "A Helm chart for Kubernetes";
/// The application version that it writes.
const APP_VERSION: &str = "1.16.0";
/// The image that it deploys.
const IMAGE: &str = "nginx";

/// Words in the name of a folder whose chart is copied, and never deployed.
const COPIED: &[&str] = &["boilerplate", "scaffold", "skeleton", "starter", "template"];

impl Rule for ScaffoldLeftover {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        if is_copied(chart) {
            return;
        }
        let mut leftovers = leftovers(chart).into_iter();
        let Some((place, what)) = leftovers.next() else { return };
        let rest: Vec<_> = leftovers.collect();
        let all: Vec<_> = std::iter::once(&what)
            .chain(rest.iter().map(|(_, what)| what))
            .map(String::as_str)
            .collect();
        let message = format!("left as `helm create` wrote it: {}", all.join(", "));
        let help = if chart.is_library() {
            "write what its templates are for in place of the scaffold's text"
        } else {
            "write what the chart deploys, and which version of it, in place of the scaffold's text"
        };
        let draft = out.at(place, message).help(help);
        rest.into_iter().fold(draft, |draft, (place, _)| draft.also(place, "also a leftover"));
    }
}

/// Whether the name of the chart's folder says that new charts are made of it.
fn is_copied(chart: &Chart) -> bool {
    let name = chart.folder.rsplit('/').next().unwrap_or_default().to_lowercase();
    let mut words = name.split(['-', '_', '.']);
    words.any(|word| COPIED.contains(&word.trim_end_matches('s')))
}

fn leftovers(chart: &Chart) -> Vec<(Place, String)> {
    let Some(manifest) = &chart.manifest else { return Vec::new() };
    let description = manifest.description.as_ref().filter(|it| it.value.trim() == DESCRIPTION);
    let mut found: Vec<_> = description
        .map(|it| (manifest.place(it.span), format!("description `{DESCRIPTION}`")))
        .into_iter()
        .collect();
    // 1.16.0 is also a version that programs have: it speaks only beside the scaffold's image.
    let version = manifest.app_version.as_ref().filter(|it| it.value == APP_VERSION);
    if let (Some(version), Some(image)) = (version, scaffold_image(chart)) {
        found.push((manifest.place(version.span), format!("appVersion `{APP_VERSION}`")));
        found.push((image, format!("image `{IMAGE}`")));
    }
    found
}

/// Where values say that the image is the scaffold's, in a chart that is not about it.
fn scaffold_image(chart: &Chart) -> Option<Place> {
    let values = chart.values.as_ref()?;
    let image: Node<'_> = values.root()?.at(&["image", "repository"])?;
    let about = chart.name().contains(IMAGE);
    (image.as_str() == Some(IMAGE) && !about).then(|| values.place(image.span()))
}
