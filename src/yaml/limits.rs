//! How much one file may ask for.

/// The largest file that is parsed, in bytes. Helm refuses files of a chart above 5 MiB; an index may be larger.
pub const MAX_BYTES: usize = 64 << 20;

/// How deep collections may nest, aliases followed. Go stops at 10,000; whoever walks a tree here may recurse.
pub const MAX_DEPTH: usize = 512;

/// How many nodes (keys, scalars, collections, aliases) one file may have.
pub const MAX_NODES: usize = 8_000_000;

/// How many entries merge keys may bring into the mappings of one file.
pub const MAX_MERGED_ENTRIES: usize = 4_000_000;

/// Decodes that come from aliases, up to which go-yaml never refuses a document.
pub const FREE_ALIAS_DECODES: u32 = 100;

/// Decodes in all, up to which go-yaml never refuses a document.
pub const FREE_DECODES: u32 = 1_000;

/// Up to this many decodes 99 % may come from aliases (go-yaml's `alias_ratio_range_low`).
pub const ALIAS_RATIO_LOW: u32 = 400_000;

/// From this many decodes on 10 % may come from aliases (go-yaml's `alias_ratio_range_high`).
pub const ALIAS_RATIO_HIGH: u32 = 4_000_000;

/// The limits that one parse keeps to. What crosses one is a [`Problem`](super::Problem), never a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes: [`MAX_BYTES`].
    pub bytes: usize,
    /// Nesting of collections, aliases followed: [`MAX_DEPTH`].
    pub depth: usize,
    /// Nodes in the file: [`MAX_NODES`].
    pub nodes: usize,
    /// Entries brought in by merge keys: [`MAX_MERGED_ENTRIES`].
    pub merged_entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MAX_BYTES,
            depth: MAX_DEPTH,
            nodes: MAX_NODES,
            merged_entries: MAX_MERGED_ENTRIES,
        }
    }
}
