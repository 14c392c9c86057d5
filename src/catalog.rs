//! Charts as Helm reads them, tolerant: loading never fails, broken input becomes a [`Problem`].

pub mod address;
pub mod api;
pub mod chart;
pub mod closure;
pub mod digest;
pub mod documentation;
pub mod file;
pub mod ignore;
pub mod image;
pub mod index;
pub mod kubernetes;
pub mod library;
pub mod load;
pub mod lock;
pub mod manifest;
pub mod moved;
pub mod object;
pub mod operators;
pub mod path;
pub mod readme;
pub mod reference;
pub mod repositories;
pub mod values;

pub use chart::{Chart, Problem, ProblemKind, Subchart, TemplateFile};
pub use closure::{Closure, Member};
pub use documentation::Documentation;
pub use file::{TextFile, YamlFile};
pub use index::{CatalogIndex, IndexEntry};
pub use library::Library;
pub use lock::{Lock, LockEntry};
pub use manifest::{Dependency, Maintainer, Manifest};
pub use object::{Crd, Object, Origin};
pub use path::{Key, ValuesPath};
pub use readme::Readme;
pub use reference::Reference;
pub use values::{Declared, Values};
