//! What is a chart, what a catalog is, and what is left out.

use std::sync::Arc;

use globset::GlobSet;

use crate::{catalog::YamlFile, sources::Sources, text::Text};

/// What was found in the sources.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The charts, by source and folder.
    pub charts: Vec<ChartFolder>,
    /// What is left out on purpose.
    pub excluded: Vec<Excluded>,
}

/// A chart's folder, or package.
#[derive(Debug)]
pub struct ChartFolder {
    /// The source's index.
    pub source: usize,
    /// The folder within the source, empty for its root; for a package its path.
    pub folder: String,
    /// As reports show it; `.` for the root.
    pub path: String,
    /// The folder that it is published from.
    pub catalog: String,
    /// For a local subchart the index of the chart that holds it.
    pub parent: Option<usize>,
    /// Whether it is unpacked.
    pub kind: ChartKind,
    /// Chart.yaml, parsed once.
    pub manifest: Arc<YamlFile>,
}

/// How a chart lies in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Unpacked.
    Folder,
    /// A .tgz.
    Package,
}

/// A chart that is left out, and why.
#[derive(Clone, Debug)]
pub struct Excluded {
    /// Its folder, as reports show it.
    pub path: Arc<str>,
    /// Why.
    pub reason: String,
}

/// Finds the charts of the sources.
pub fn discover(sources: &Sources, excludes: &GlobSet) -> Discovery {
    let mut discovery = Discovery::default();
    for (number, source) in sources.iter().enumerate() {
        for file in source.files() {
            let path = file.path().to_string();
            let folder = match path.as_str() {
                "Chart.yaml" => "",
                path => match path.strip_suffix("/Chart.yaml") {
                    Some(folder) => folder,
                    None => continue,
                },
            };
            let Ok(content) = source.read(&path) else { continue };
            let shown = if folder.is_empty() { ".".into() } else { source.report_path(folder) };
            if excludes.is_match(&*shown) || folder.contains("/charts/") {
                discovery.excluded.push(Excluded { path: shown, reason: "excluded".to_owned() });
                continue;
            }
            let text = Text::new(String::from_utf8_lossy(&content).into_owned());
            let manifest = YamlFile {
                path: source.report_path(&path),
                local: "Chart.yaml".to_owned(),
                stream: crate::yaml::parse(text),
            };
            discovery.charts.push(ChartFolder {
                source: number,
                folder: folder.to_owned(),
                path: shown.to_string(),
                catalog: shown.rsplit_once('/').map_or(".", |(parent, _)| parent).to_owned(),
                parent: None,
                kind: ChartKind::Folder,
                manifest: Arc::new(manifest),
            });
        }
    }
    discovery
}
