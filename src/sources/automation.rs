//! Which programs a repository's own automation runs, by the names in its files.

use std::collections::BTreeSet;

use super::Source;

/// A program whose name says who writes a chart's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// Makes a README of values.yaml and badges of Chart.yaml.
    HelmDocs,
    /// Bitnami's: makes the README's table of values.
    ReadmeGenerator,
}

const PROGRAMS: [(&str, Program); 2] =
    [("helm-docs", Program::HelmDocs), ("readme-generator", Program::ReadmeGenerator)];

/// How many files are looked at, in the order of their paths, and the largest of them.
const FILES_MAX: usize = 500;
const BYTES_MAX: u64 = 256 << 10;

impl Source {
    /// The programs that workflows, hooks, Makefiles and scripts of the repository around the source name. Looked
    /// for when it is first asked.
    pub fn programs(&self) -> &BTreeSet<Program> {
        self.programs.get_or_init(|| {
            let around = self.repository_root();
            let source = around.as_ref().unwrap_or(self);
            let paths = source.files().iter().map(|file| file.path().to_string());
            let mut named = BTreeSet::new();
            for path in paths.filter(|path| is_automation(path)).take(FILES_MAX) {
                if source.size(&path).is_ok_and(|size| size <= BYTES_MAX)
                    && let Ok(content) = source.read(&path)
                {
                    let text = String::from_utf8_lossy(&content);
                    let found = PROGRAMS.iter().filter(|(name, _)| text.contains(name));
                    named.extend(found.map(|(_, program)| *program));
                }
            }
            named
        })
    }
}

/// Whether a file says what is run, by where it lies and what it is called: not the scripts that a chart ships.
fn is_automation(path: &str) -> bool {
    const NAMES: [&str; 8] = [
        "Makefile",
        "makefile",
        "justfile",
        "Taskfile.yml",
        "Taskfile.yaml",
        "package.json",
        ".pre-commit-config.yaml",
        ".gitlab-ci.yml",
    ];
    const FOLDERS: [&str; 3] = [".github/", ".circleci/", ".gitlab/"];
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let shipped = folder.split('/').any(|part| ["templates", "files", "crds"].contains(&part));
    let script = [".sh", ".mk"].iter().any(|ending| name.ends_with(ending));
    let run = [".yml", ".yaml", ".sh"].iter().any(|ending| name.ends_with(ending));
    NAMES.contains(&name)
        || (script && !shipped)
        || (run && FOLDERS.iter().any(|folder| path.starts_with(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(files: &[(&str, &str)]) -> Vec<Program> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        Source::memory("", files).programs().iter().copied().collect()
    }

    #[test]
    fn automation_names_programs() {
        let workflow = ".github/workflows/docs.yaml";
        let generator = "run: npx @bitnami/readme-generator-for-helm\n";
        assert_eq!(programs(&[(workflow, generator)]), [Program::ReadmeGenerator]);
        assert_eq!(programs(&[("hack/docs.sh", "helm-docs -c charts\n")]), [Program::HelmDocs]);
    }

    #[test]
    fn what_a_chart_ships_and_what_is_too_large_is_no_automation() {
        let shipped = [("web/files/a.sh", "helm-docs"), ("web/templates/a.yaml", "helm-docs")];
        assert_eq!(programs(&shipped), []);
        let large = format!("helm-docs{}", " ".repeat(BYTES_MAX as usize));
        assert_eq!(programs(&[("Makefile", large.as_str())]), []);
        let many: Vec<_> = (0..=FILES_MAX).map(|it| format!("a{it:04}.sh")).collect();
        let of = |count: usize| {
            let mut files: Vec<_> = many.iter().take(count).map(|it| (it.as_str(), "")).collect();
            files.push(("z.sh", "helm-docs"));
            programs(&files).len()
        };
        assert_eq!((of(FILES_MAX - 1), of(FILES_MAX)), (1, 0));
    }
}
