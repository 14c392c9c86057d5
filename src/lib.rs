//! careen audits Helm chart catalogs: it reads whole repositories of charts and says, with file, line
//! and column, what is unmaintained, which definitions have no upgrade path, where versions drifted
//! apart, and where the documentation no longer fits.
//!
//! ```text
//! SOURCE…              fallible, I/O        per chart, in parallel: pure, infallible      whole catalog: pure
//! folder .tgz Git ─ sources ─► discover ─► load ─► chart hooks ─► findings ┐
//!                      ▲                    ▲           └─► facts ─┴─► catalog hooks ─► suppress ─► report
//!              a rule page            one walk of history
//! ```
//!
//! - [`sources`] is the seam: after it nothing touches the disk. A folder, a packaged chart, a commit and
//!   a rule page's example are the same thing.
//! - [`discover`] says what is a chart, and of everything else that looks like one, why it is none.
//! - [`catalog`] holds Helm's model of a chart. Loading cannot fail: what is broken is a finding, and the
//!   rest is audited. It stands on [`yaml`] (one parse gives data and places), [`template`] (Go's grammar),
//!   [`version`] (constraints as Helm reads them) and [`crd`].
//! - [`analysis`] is what a chart's templates do, computed once when a rule first asks.
//! - [`history`] walks Git once for all charts.
//! - [`rules`] is the list; [`rule`] says what a rule and its page are. Chart hooks see one chart, its
//!   closure and its past; catalog hooks see only [`facts`].
//! - [`audit`] owns the loops: parallel in, ordered out, the same bytes with any number of threads.
//! - [`suppress`] takes out what [`config`] silences and tells of suppressions that are stale.
//! - [`report`] writes the [`finding`]s with the coverage, in every format.
//!
//! The library prints nothing, reads no environment, runs no program and opens no connection.

pub mod analysis;
pub mod audit;
pub mod catalog;
pub mod config;
pub mod crd;
pub mod discover;
pub mod facts;
pub mod finding;
pub mod history;
pub mod report;
pub mod rule;
pub mod rules;
pub mod sources;
pub mod suppress;
pub mod template;
pub mod text;
pub mod version;
pub mod yaml;
