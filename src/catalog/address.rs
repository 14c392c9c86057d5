//! Addresses of files in code forges, as links write them.

/// A file or folder of a repository, named by a web address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgePath {
    /// `host/owner/repository`, lower case, without `.git`.
    pub repository: String,
    /// Whether the address shows a page, and not the file's own bytes.
    pub page: bool,
    /// Branch, tag or commit; empty where the address names the repository only.
    pub reference: String,
    /// The path within the repository, without a slash at either end; empty for its root.
    pub path: String,
}

impl ForgePath {
    /// Reads an address of GitHub or GitLab. References with a slash in them can't be told from
    /// paths; their first part is taken.
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let mut parts = rest.split('/').filter(|part| !part.is_empty());
        let host = parts.next()?.to_ascii_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let (owner, name) = (parts.next()?, parts.next()?);
        let tail: Vec<_> = parts.collect();
        match host {
            "raw.githubusercontent.com" => Some(Self::new("github.com", owner, name, false, &tail)),
            "github.com" => Self::github(owner, name, &tail),
            "gitlab.com" => Self::gitlab(owner, name, &tail),
            _ => None,
        }
    }

    fn github(owner: &str, name: &str, tail: &[&str]) -> Option<Self> {
        match tail.split_first() {
            None => Some(Self::new("github.com", owner, name, true, &[])),
            Some((&("tree" | "blob" | "edit" | "blame"), rest)) => {
                Some(Self::new("github.com", owner, name, true, rest))
            }
            Some((&"raw", rest)) => Some(Self::new("github.com", owner, name, false, rest)),
            Some(_) => None,
        }
    }

    fn gitlab(owner: &str, name: &str, tail: &[&str]) -> Option<Self> {
        let tail = tail.strip_prefix(&["-"]).unwrap_or(tail);
        match tail.split_first() {
            None => Some(Self::new("gitlab.com", owner, name, true, &[])),
            Some((&("tree" | "blob"), rest)) => {
                Some(Self::new("gitlab.com", owner, name, true, rest))
            }
            Some((&"raw", rest)) => Some(Self::new("gitlab.com", owner, name, false, rest)),
            Some(_) => None,
        }
    }

    fn new(host: &str, owner: &str, name: &str, page: bool, tail: &[&str]) -> Self {
        let name = name.strip_suffix(".git").unwrap_or(name);
        let tail = match tail {
            ["refs", "heads" | "tags", rest @ ..] => rest,
            tail => tail,
        };
        let (reference, path) = tail.split_first().unwrap_or((&"", &[]));
        Self {
            repository: format!("{host}/{owner}/{name}").to_lowercase(),
            page,
            reference: (*reference).to_owned(),
            path: path.join("/"),
        }
    }

    /// Whether the reference is the name that default branches have: what it shows is today's tree,
    /// as far as an audit of the default branch can tell.
    pub fn is_default_branch(&self) -> bool {
        matches!(self.reference.as_str(), "main" | "master" | "HEAD")
    }
}

/// The repository that a Git remote names, as `host/owner/repository` in lower case.
pub fn remote_repository(remote: &str) -> Option<String> {
    let rest = remote
        .split_once("://")
        .map(|(_, rest)| rest.split_once('@').map_or(rest, |(_, rest)| rest).to_owned())
        .or_else(|| {
            let (host, path) = remote.split_once('@')?.1.split_once(':')?;
            Some(format!("{host}/{path}"))
        })?;
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    (rest.matches('/').count() >= 2).then(|| rest.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files() {
        let tree = ForgePath::parse("https://github.com/Org/Charts/tree/main/charts/web/").unwrap();
        assert_eq!(tree.repository, "github.com/org/charts");
        assert_eq!((tree.reference.as_str(), tree.path.as_str()), ("main", "charts/web"));
        let raw = "https://raw.githubusercontent.com/org/charts/refs/heads/main/a/b.sh?x=1";
        let raw = ForgePath::parse(raw).unwrap();
        assert_eq!((raw.page, raw.path.as_str()), (false, "a/b.sh"));
        let lab = ForgePath::parse("https://gitlab.com/org/charts/-/blob/main/x.md#y").unwrap();
        assert_eq!((lab.reference.as_str(), lab.path.as_str()), ("main", "x.md"));
        assert_eq!(ForgePath::parse("https://github.com/org/charts/issues/1"), None);
        assert_eq!(ForgePath::parse("https://example.com/org/charts"), None);
    }

    #[test]
    fn remotes_of_every_form_name_one_repository() {
        for remote in [
            "https://github.com/Org/charts.git",
            "https://token@github.com/org/charts",
            "ssh://git@github.com/org/charts.git",
            "git@github.com:org/charts.git",
        ] {
            assert_eq!(remote_repository(remote).as_deref(), Some("github.com/org/charts"));
        }
        assert_eq!(remote_repository("../charts"), None);
    }
}
