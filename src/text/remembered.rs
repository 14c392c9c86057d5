//! What was made of texts lately, for the next text that is the same.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

use super::Text;

/// How many bytes of texts are remembered; over it all is forgotten and begun anew.
pub const REMEMBERED_BYTES_MAX: usize = 4 << 20;

/// How many bytes at the start, in the middle and at the end of a text tell it from most others.
const PROBE: usize = 64;

/// Values by the texts that they were made of. What is found does not depend on what was asked before,
/// only how long it takes.
#[derive(Debug)]
pub struct Remembered<T> {
    text: fn(&T) -> &Text,
    kept: Mutex<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    /// Of texts with one probe the last is kept.
    values: HashMap<u64, Arc<T>>,
    bytes: usize,
}

impl<T> Remembered<T> {
    /// Nothing yet; `text` says what a value was made of.
    pub fn new(text: fn(&T) -> &Text) -> Self {
        Self { text, kept: Mutex::new(Kept { values: HashMap::new(), bytes: 0 }) }
    }

    /// What was made of a text with these bytes.
    pub fn find(&self, bytes: &[u8]) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.values.get(&probe(bytes)).cloned();
        drop(kept);
        found.filter(|value| (self.text)(value).as_str().as_bytes() == bytes)
    }

    /// Remembers a value.
    pub fn keep(&self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let bytes = (self.text)(&value).as_str().as_bytes();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + bytes.len() > REMEMBERED_BYTES_MAX {
            kept.values.clear();
            kept.bytes = 0;
        }
        // What takes the place of another is counted besides it: it is forgotten the sooner.
        kept.bytes += bytes.len();
        kept.values.insert(probe(bytes), Arc::clone(&value));
        value
    }
}

fn probe(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_usize(bytes.len());
    let last = bytes.len().saturating_sub(PROBE);
    for start in [0, last / 2, last] {
        let end = bytes.len().min(start + PROBE);
        hasher.write(bytes.get(start..end).unwrap_or_default());
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_give_the_same_value() {
        let remembered = Remembered::new(|text: &Text| text);
        let long = format!("{}a{}", "x".repeat(100), "y".repeat(100));
        let kept = remembered.keep(Text::new(long.as_str()));
        assert!(remembered.find(long.as_bytes()).is_some_and(|found| Arc::ptr_eq(&found, &kept)));
        let near = format!("{}ab{}", "x".repeat(100), "y".repeat(99));
        assert!(remembered.find(near.as_bytes()).is_none());
        assert!(remembered.find(b"").is_none());
    }

    #[test]
    fn one_too_many_forgets_all() {
        let remembered = Remembered::new(|text: &Text| text);
        let half = "x".repeat(REMEMBERED_BYTES_MAX / 2);
        remembered.keep(Text::new(half.as_str()));
        remembered.keep(Text::new("a"));
        assert!(remembered.find(half.as_bytes()).is_some());
        remembered.keep(Text::new(format!("{half}y")));
        assert!(remembered.find(half.as_bytes()).is_none() && remembered.find(b"a").is_none());
    }
}
