//! Where the configuration of an audit comes from.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use careen::{
    config::{Config, FILE_NAMES},
    report::Files,
    rule::Page,
    sources::{Content, Sources},
    text::Text,
};

use crate::failure::Failure;

/// A configuration, and the file that it was read from.
#[derive(Default)]
pub(super) struct Configuration {
    pub(super) config: Config,
    file: Option<(Arc<str>, Text)>,
}

impl Configuration {
    /// Reads the named file, else the only one that the sources have; the default where they have none.
    pub(super) fn find(
        named: Option<&Path>,
        sources: &Sources,
        pages: &[&Page],
    ) -> Result<Self, Failure> {
        let found = match named {
            Some(file) => Some((shown(file, sources), read(file)?)),
            None => in_sources(sources)?,
        };
        let Some((path, content)) = found else { return Ok(Self::default()) };
        let text = String::from_utf8(content).map_err(|_| {
            Failure::new(format!("`{path}` is no UTF-8 text"), "save it again as UTF-8")
        })?;
        let text = Text::new(text);
        let config = Config::parse(&path, text.clone(), pages)?;
        Ok(Self { config, file: Some((path, text)) })
    }

    /// The texts that reports quote.
    pub(super) fn texts<'a>(&'a self, sources: &'a Sources) -> Texts<'a> {
        Texts { configuration: self, sources }
    }
}

/// Reads the files of the sources, and the configuration, which can lie outside of them.
pub(super) struct Texts<'a> {
    configuration: &'a Configuration,
    sources: &'a Sources,
}

impl Files for Texts<'_> {
    fn text(&self, path: &str) -> Option<Text> {
        if let Some((file, text)) = &self.configuration.file
            && &**file == path
        {
            return Some(text.clone());
        }
        let content = self.sources.read(path).ok()?;
        Some(Text::new(std::str::from_utf8(&content).ok()?))
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| {
        let message = format!("the configuration `{}` can't be read: {error}", file.display());
        Failure::new(message, "check the path after `--config`")
    })
}

/// The path that reports show: relative to the root where the file lies in it, else as given.
fn shown(file: &Path, sources: &Sources) -> Arc<str> {
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let inside = sources.iter().find_map(|source| {
        let path = real.strip_prefix(source.root()?).ok()?.to_string_lossy().into_owned();
        source.has(&path).then(|| source.report_path(&path))
    });
    inside.unwrap_or_else(|| file.to_string_lossy().into())
}

/// The only configuration of all sources. Two are an error: it is not for careen to say which counts.
fn in_sources(sources: &Sources) -> Result<Option<Found>, Failure> {
    let found: BTreeSet<_> = sources.iter().flat_map(candidates).map(|(path, _)| path).collect();
    if found.len() > 1 {
        let names: Vec<_> = found.iter().map(|path| format!("`{path}`")).collect();
        let message = format!("{} configure this audit", names.join(" and "));
        return Err(Failure::new(message, "keep one of them, or name it with `--config FILE`"));
    }
    let Some((path, content)) = sources.iter().flat_map(candidates).next() else { return Ok(None) };
    match content {
        Ok(content) => Ok(Some((path, content.to_vec()))),
        Err(error) => Err(Failure::new(error, "the configuration decides what is audited")),
    }
}

/// A file as reports show it, and its bytes.
type Found = (Arc<str>, Vec<u8>);

type Candidate = (Arc<str>, Result<Content, String>);

/// The configurations of one source; a package has none, for it is what others install.
fn candidates(source: &careen::sources::Source) -> Vec<Candidate> {
    let names = FILE_NAMES.into_iter().filter(|name| !source.is_package() && source.has(name));
    let read = |name| source.read(name).map_err(|error| error.to_string());
    names.map(|name| (source.report_path(name), read(name))).collect()
}
