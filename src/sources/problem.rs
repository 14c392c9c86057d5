//! What goes wrong when files are listed, opened and read, in words for people.

use std::path::PathBuf;

use crate::text::Span;

/// Something that could not be listed, or only in part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileProblem {
    /// Relative to the source, with `/`; what is no UTF-8 is replaced.
    pub path: String,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// Where in the file, if the problem lies in it.
    pub span: Option<Span>,
}

/// What sort of problem a [`FileProblem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The operating system refused.
    Unreadable,
    /// The name is no UTF-8.
    NotUtf8,
    /// A name that no file can have: `..`, an empty one, one with `/` or NUL.
    IllegalName,
    /// A link out of the root; never followed.
    LinkOutside,
    /// Links that lead to each other, or to a folder above themselves.
    LinkLoop,
    /// A link to nothing.
    LinkBroken,
    /// A device, socket, pipe or, in a package, a link.
    Special,
    /// A Git object that this repository has not got (a partial clone).
    Absent,
    /// Over a limit on bytes.
    TooLarge,
    /// Over a limit on how many.
    TooMany,
    /// Over a limit on folders within folders.
    TooDeep,
    /// A Git submodule: its content is in another repository.
    Submodule,
    /// A name that comes twice in a package; the last one counts.
    Duplicate,
    /// A line of `.helmignore` that Helm refuses.
    IgnoreRule,
}

impl FileProblem {
    pub(super) fn new(
        path: impl Into<String>,
        kind: ProblemKind,
        message: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), kind, message: message.into(), span: None }
    }
}

/// Why a source can't be opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing is there: a typing error, most likely.
    #[error("`{}` does not exist: check the path", .0.display())]
    Missing(PathBuf),
    /// A file that is no package.
    #[error(
        "`{}` is neither a folder nor a packaged chart: give a folder, a .tgz or a Git repository",
        .0.display()
    )]
    NotASource(PathBuf),
    /// The operating system refused.
    #[error("`{}` can't be read: {message}", path.display())]
    Unreadable {
        /// What was asked for.
        path: PathBuf,
        /// What the operating system says.
        message: String,
    },
    /// A commit was asked for where there is no Git repository.
    #[error("`{}` is in no Git repository: leave out `--at`, or give a clone", .0.display())]
    NotARepository(PathBuf),
    /// A repository in which nothing is committed yet.
    #[error("`{}` has no commit: commit something, or give a folder", .0.display())]
    NoCommit(PathBuf),
    /// No such branch, tag or commit.
    #[error(
        "`{reference}` is no branch, tag or commit of `{}`: list them with `git branch --all` and \
         `git tag`, or fetch it with `git fetch origin {reference}`{known}",
        path.display()
    )]
    NoReference {
        /// As given with `--at`.
        reference: String,
        /// The source.
        path: PathBuf,
        /// Some that are there, as a clause.
        known: String,
    },
    /// The folder is not part of that commit.
    #[error("`{folder}` is no folder at `{reference}`: give a commit that has it")]
    NoFolder {
        /// The folder within the repository.
        folder: String,
        /// As given with `--at`.
        reference: String,
    },
    /// A repository that gix can't read.
    #[error("`{}` is no Git repository that can be read: {message}", path.display())]
    Git {
        /// The source.
        path: PathBuf,
        /// What gix says.
        message: String,
    },
    /// A package that Helm would refuse.
    #[error("`{}`: {error}", path.display())]
    Archive {
        /// The package.
        path: PathBuf,
        /// Why.
        error: ArchiveError,
    },
}

/// Why a packaged chart is refused: by Helm's own rules, or by careen's limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Not compressed with gzip, or the compressed data is damaged or cut short.
    #[error("the package is no gzip archive, or is damaged: {0}: package the chart again")]
    Gzip(String),
    /// The tar archive inside is damaged or cut short.
    #[error("the package's tar archive is damaged: {0}: package the chart again")]
    Tar(String),
    /// A name that leads out of the chart's folder.
    #[error("the package holds `{0}`, which lies outside of the chart's folder")]
    Outside(String),
    /// A name that starts at the root of a file system or drive.
    #[error("the package holds the absolute path `{0}`")]
    Absolute(String),
    /// A name that is no UTF-8.
    #[error("the package holds `{0}`, a name that is no UTF-8")]
    NotUtf8(String),
    /// Chart.yaml must be in a folder.
    #[error("the package has Chart.yaml at its top: Helm expects a folder around the chart")]
    NoFolder,
    /// Nothing in it.
    #[error("the package holds no files")]
    Empty,
    /// One file is over Helm's limit.
    #[error("`{path}` has {size} bytes; Helm refuses files over {max}")]
    FileTooLarge {
        /// Within the package.
        path: String,
        /// In bytes, as the package says.
        size: u64,
        /// In bytes.
        max: u64,
    },
    /// All files together are over a limit.
    #[error("the package unpacks to more than {max} bytes")]
    TooLarge {
        /// In bytes.
        max: u64,
    },
    /// Few bytes that unpack to very many.
    #[error("the package of {size} bytes unpacks to more than {ratio} times as much")]
    Ratio {
        /// The package's own size, in bytes.
        size: u64,
        /// The limit.
        ratio: u64,
    },
    /// Too many entries.
    #[error("the package has more than {max} entries")]
    TooMany {
        /// The limit.
        max: usize,
    },
    /// Packages within packages within packages.
    #[error("packages are nested more than {max} deep")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// The package itself could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Why a file can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The source has no such file.
    #[error("`{path}` does not exist")]
    NotFound {
        /// As asked for.
        path: String,
    },
    /// The repository is a partial clone without this file's content.
    #[error("`{path}` is absent from this Git repository (object {object}): fetch all objects")]
    Absent {
        /// As asked for.
        path: String,
        /// The object's id.
        object: String,
    },
    /// Over [`FILE_BYTES_MAX`](super::FILE_BYTES_MAX); nothing was read.
    #[error("`{path}` has {size} bytes; more than {max} are not read")]
    TooLarge {
        /// As asked for.
        path: String,
        /// In bytes.
        size: u64,
        /// In bytes.
        max: u64,
    },
    /// Bytes that are no UTF-8 where text is wanted.
    #[error("`{path}` is no UTF-8 from byte {offset} on: save it as UTF-8")]
    NotUtf8 {
        /// As asked for.
        path: String,
        /// In bytes, from 0.
        offset: usize,
    },
    /// The operating system, or Git's object store, refused.
    #[error("`{path}` can't be read: {message}")]
    Failed {
        /// As asked for.
        path: String,
        /// What went wrong.
        message: String,
    },
    /// The file lies in a package that can't be opened.
    #[error("`{path}`: {message}")]
    Package {
        /// The package.
        path: String,
        /// Why it can't be opened.
        message: String,
    },
}

impl ReadError {
    /// What sort of problem it is.
    pub fn kind(&self) -> ProblemKind {
        match self {
            ReadError::Absent { .. } => ProblemKind::Absent,
            ReadError::TooLarge { .. } => ProblemKind::TooLarge,
            _ => ProblemKind::Unreadable,
        }
    }

    /// The same as a problem of a file.
    pub fn into_problem(self, path: &str) -> FileProblem {
        FileProblem::new(path, self.kind(), self.to_string())
    }
}
