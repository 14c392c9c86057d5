//! Whether the repository's .gitignore files keep a chart's lock out.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::sources::Source;

const LOCKS: [&str; 2] = ["Chart.lock", "requirements.lock"];

/// Whether a lock in a folder would be ignored by Git; the file nearest to it decides.
pub(super) fn is_lock(source: &Source, folder: &str) -> bool {
    LOCKS.iter().any(|lock| {
        let path = if folder.is_empty() { (*lock).to_owned() } else { format!("{folder}/{lock}") };
        is_ignored(source, &path)
    })
}

fn is_ignored(source: &Source, path: &str) -> bool {
    let folders = path.rmatch_indices('/').map(|(at, _)| path.split_at(at));
    let folders = folders
        .map(|(folder, rest)| (format!("{folder}/.gitignore"), rest.trim_start_matches('/')));
    for (file, local) in folders.chain([(".gitignore".to_owned(), path)]) {
        let Some(patterns) = read(source, &file) else { continue };
        let matched = patterns.matched_path_or_any_parents(local, false);
        if !matched.is_none() {
            return matched.is_ignore();
        }
    }
    false
}

fn read(source: &Source, file: &str) -> Option<Gitignore> {
    let text = source.has(file).then(|| source.read_text(file).ok())??;
    let mut builder = GitignoreBuilder::new("");
    for line in text.as_str().lines() {
        // A line that is no pattern ignores nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(files: &[(&str, &str)]) -> bool {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        is_lock(&Source::memory("", files), "charts/web")
    }

    #[test]
    fn the_nearest_file_decides() {
        assert!(ignored(&[(".gitignore", "*.tgz\nChart.lock\n")]));
        assert!(ignored(&[(".gitignore", "# locks\n**/requirements.lock")]));
        assert!(ignored(&[("charts/web/.gitignore", "/Chart.lock")]));
        assert!(!ignored(&[(".gitignore", "/Chart.lock\n*.tgz\n")]));
        assert!(!ignored(&[(".gitignore", "*.lock"), ("charts/.gitignore", "!*.lock")]));
        assert!(!ignored(&[]));
    }
}
