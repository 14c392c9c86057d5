//! Bounds on what is read. Each has a test that crosses it.

/// Helm refuses a file of a chart above this many bytes (5 MiB; Helm 4, and 3 from 3.17.3).
pub const CHART_FILE_BYTES_MAX: u64 = 5 << 20;

/// Helm refuses a chart whose files together are above this many bytes (100 MiB).
pub const CHART_BYTES_MAX: u64 = 100 << 20;

/// No file above this many bytes is read, whoever asks (32 MiB).
pub const FILE_BYTES_MAX: u64 = 32 << 20;

/// A package may unpack to this many bytes with its headers, its nested packages included (128 MiB).
pub const ARCHIVE_BYTES_MAX: u64 = 128 << 20;

/// A package may unpack to this many times its own size …
pub const ARCHIVE_RATIO_MAX: u64 = 100;

/// … or to this many bytes, where that is more: padding makes tiny packages compress well (1 MiB).
pub const ARCHIVE_RATIO_FLOOR: u64 = 1 << 20;

/// A package may have this many entries.
pub const ARCHIVE_ENTRIES_MAX: usize = 16_384;

/// Packages within packages are opened to this depth; the outermost is at 1.
pub const ARCHIVE_DEPTH_MAX: usize = 8;

/// Links that are followed on the way to one file; Linux draws the line here too.
pub const LINK_DEPTH_MAX: usize = 40;

/// Folders within folders.
pub const TREE_DEPTH_MAX: usize = 256;

/// Files and folders that one source may list.
pub const FILES_MAX: usize = 500_000;

/// Files and links to folders that one chart may have, links followed. What lies in the chart's
/// folder without links is bounded by [`FILES_MAX`] alone.
pub const CHART_FILES_MAX: usize = 20_000;
