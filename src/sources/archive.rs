//! Packaged charts: Helm's rules for archives (`pkg/chart/loader/archive`), and bounds of our own.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use super::limits::{
    ARCHIVE_BYTES_MAX, ARCHIVE_ENTRIES_MAX, ARCHIVE_RATIO_FLOOR, ARCHIVE_RATIO_MAX,
    CHART_BYTES_MAX, CHART_FILE_BYTES_MAX,
};
use super::listing::{Found, Stored, is_legal};
use super::problem::{ArchiveError, ProblemKind};

/// The bytes that a package and all packages within it may still unpack to.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<AtomicU64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(ARCHIVE_BYTES_MAX)))
    }
}

impl Budget {
    fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn spend(&self, bytes: u64) {
        // Never below zero: the update always has a value.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(bytes))
        });
    }
}

/// Unpacks a package into memory, the first element of each path stripped as Helm does.
pub(super) fn unpack(bytes: &[u8], budget: &Budget) -> Result<Found, ArchiveError> {
    let limit = Limit::new(bytes.len() as u64, budget);
    let mut archive = tar::Archive::new(Bounded {
        inner: MultiGzDecoder::new(bytes),
        left: limit.bytes,
        crossed: false,
        fault: None,
    });
    let unpacked = read_entries(&mut archive, limit);
    let stream = archive.into_inner();
    budget.spend(limit.bytes.saturating_sub(stream.left));
    match (unpacked, stream) {
        (_, Bounded { crossed: true, .. }) => Err(limit.error()),
        (Err(_), Bounded { fault: Some(message), .. }) => Err(ArchiveError::Gzip(message)),
        (unpacked, _) => unpacked,
    }
}

/// Whether a package has a Chart.yaml where Helm looks for it, or at its top, as far as it can be
/// read within the limits: so that a broken chart can be told from what is no chart at all.
pub(crate) fn archive_has_chart(bytes: &[u8]) -> bool {
    let limit = Limit::new(bytes.len() as u64, &Budget::default());
    let mut archive = tar::Archive::new(Bounded {
        inner: MultiGzDecoder::new(bytes),
        left: limit.bytes,
        crossed: false,
        fault: None,
    });
    let Ok(entries) = archive.entries() else { return false };
    let names = entries.map_while(Result::ok).take(ARCHIVE_ENTRIES_MAX);
    let mut names = names.map(|entry| entry.path_bytes().into_owned());
    names.any(|name| {
        name == super::CHART_FILE.as_bytes()
            || chart_path(&name).is_ok_and(|path| path == super::CHART_FILE)
    })
}

/// How much a package may unpack to, and what to say when it is more.
#[derive(Clone, Copy)]
struct Limit {
    size: u64,
    bytes: u64,
    by_ratio: bool,
}

impl Limit {
    fn new(size: u64, budget: &Budget) -> Self {
        let by_ratio = size.saturating_mul(ARCHIVE_RATIO_MAX).max(ARCHIVE_RATIO_FLOOR);
        let left = budget.left();
        Self { size, bytes: left.min(by_ratio), by_ratio: by_ratio <= left }
    }

    fn error(self) -> ArchiveError {
        if self.by_ratio {
            ArchiveError::Ratio { size: self.size, ratio: ARCHIVE_RATIO_MAX }
        } else {
            ArchiveError::TooLarge { max: ARCHIVE_BYTES_MAX }
        }
    }
}

/// A reader that ends at its limit, and remembers why it ended.
struct Bounded<R> {
    inner: R,
    left: u64,
    crossed: bool,
    fault: Option<String>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut probe = [0];
        let wanted = if self.left == 0 { &mut probe[..] } else { buffer };
        let room = usize::try_from(self.left.max(1)).unwrap_or(usize::MAX).min(wanted.len());
        let wanted = wanted.get_mut(..room).unwrap_or_default();
        let read = self.inner.read(wanted).inspect_err(|error| {
            self.fault = Some(error.to_string());
        })?;
        if self.left == 0 && read > 0 {
            self.crossed = true;
            return Err(std::io::Error::other("over the limit"));
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

type Stream<'a> = tar::Archive<Bounded<MultiGzDecoder<&'a [u8]>>>;

fn read_entries(archive: &mut Stream<'_>, limit: Limit) -> Result<Found, ArchiveError> {
    let mut unpacking = Unpacking { found: Found::default(), left: CHART_BYTES_MAX, files: 0 };
    // Each entry costs its header at least, so that the bytes bound the loop too.
    for (index, entry) in archive.entries().map_err(|error| damaged(&error))?.enumerate() {
        if index >= ARCHIVE_ENTRIES_MAX {
            return Err(ArchiveError::TooMany { max: ARCHIVE_ENTRIES_MAX });
        }
        unpacking.add(entry.map_err(|error| damaged(&error))?, limit)?;
    }
    if unpacking.files == 0 {
        return Err(ArchiveError::Empty);
    }
    unpacking.found.keep_last();
    Ok(unpacking.found)
}

fn damaged(error: &std::io::Error) -> ArchiveError {
    ArchiveError::Tar(error.to_string())
}

struct Unpacking {
    found: Found,
    left: u64,
    files: usize,
}

impl Unpacking {
    fn add(
        &mut self,
        mut entry: tar::Entry<'_, impl Read>,
        limit: Limit,
    ) -> Result<(), ArchiveError> {
        let kind = entry.header().entry_type();
        let name = entry.path_bytes().into_owned();
        let is_folder = kind == EntryType::Directory || name.ends_with(b"/");
        if is_folder || matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
            return Ok(());
        }
        let path = chart_path(&name)?;
        self.files += 1;
        if !matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse) {
            let message = "a link or device in a package: Helm reads it as an empty file";
            self.found.problem(path, ProblemKind::Special, message);
            return Ok(());
        }
        let content = self.read(&mut entry, &path, limit)?;
        if !is_legal(&path) {
            let message = "a name that no file can have";
            self.found.problem(path, ProblemKind::IllegalName, message);
            return Ok(());
        }
        self.found.file(path, Stored::Memory(content.into()));
        Ok(())
    }

    fn read(
        &mut self,
        entry: &mut tar::Entry<'_, impl Read>,
        path: &str,
        limit: Limit,
    ) -> Result<Vec<u8>, ArchiveError> {
        let size = entry.size();
        if size > self.left {
            return Err(ArchiveError::TooLarge { max: CHART_BYTES_MAX });
        }
        if size > CHART_FILE_BYTES_MAX {
            let max = CHART_FILE_BYTES_MAX;
            return Err(ArchiveError::FileTooLarge { path: path.to_owned(), size, max });
        }
        // What a header promises may be more than there is.
        let mut content = Vec::with_capacity(size.min(limit.bytes) as usize);
        entry.read_to_end(&mut content).map_err(|error| damaged(&error))?;
        if (content.len() as u64) < size {
            return Err(ArchiveError::Tar(format!("`{path}` is cut short")));
        }
        self.left = self.left.saturating_sub(size);
        Ok(content)
    }
}

/// Helm's reading of a name: `\` separates where it occurs at all, the first element goes, the
/// rest must stay within the chart.
fn chart_path(name: &[u8]) -> Result<String, ArchiveError> {
    let shown = || String::from_utf8_lossy(name).into_owned();
    let text = std::str::from_utf8(name).map_err(|_| ArchiveError::NotUtf8(shown()))?;
    let separator = if text.contains('\\') { '\\' } else { '/' };
    let (first, rest) = text.split_once(separator).unwrap_or((text, ""));
    let rest = rest.replace(separator, "/");
    if rest.starts_with('/') || has_drive(&rest) {
        return Err(ArchiveError::Absolute(shown()));
    }
    if first == super::CHART_FILE && rest.is_empty() {
        return Err(ArchiveError::NoFolder);
    }
    match clean(&rest) {
        Some(path) if !path.is_empty() && !path.starts_with("..") && !has_drive(&path) => Ok(path),
        _ => Err(ArchiveError::Outside(shown())),
    }
}

/// `c:/…`
fn has_drive(path: &str) -> bool {
    let mut characters = path.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.as_str().starts_with(":/")
}

/// Go's `path.Clean` for a relative path; None where it leads out.
fn clean(path: &str) -> Option<String> {
    let mut elements = Vec::new();
    for element in path.split('/') {
        match element {
            "" | "." => {}
            ".." => {
                elements.pop()?;
            }
            _ => elements.push(element),
        }
    }
    Some(elements.join("/"))
}
