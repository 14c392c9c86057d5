//! The entries of a map, sorted by key.

use std::{borrow::Borrow as _, collections::BTreeMap, collections::btree_map, slice};

use super::{Str, Value};

/// Up to how many entries stand side by side, which is quicker to make, to copy and to search than a
/// tree. A tree is what keeps a map that a template fills without end from taking quadratic time.
const FEW: usize = 128;

/// Up to how many entries are looked through one by one.
const VERY_FEW: usize = 8;

/// Entries by their keys.
#[derive(Clone)]
pub struct Entries(Held);

#[derive(Clone)]
enum Held {
    /// Sorted by key.
    Few(Vec<(Str, Value)>),
    Many(BTreeMap<Str, Value>),
}

impl Default for Entries {
    fn default() -> Self {
        Self(Held::Few(Vec::new()))
    }
}

impl Entries {
    /// The value under a key.
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        match &self.0 {
            // Of very few one is told by its length more quickly than by an order.
            Held::Few(few) if few.len() <= VERY_FEW => {
                few.iter().find(|(known, _)| known.bytes() == key).map(|(_, value)| value)
            }
            Held::Few(few) => few.get(find(few, key).ok()?).map(|(_, value)| value),
            Held::Many(many) => many.get(key),
        }
    }

    /// Puts a value under a key.
    pub fn insert(&mut self, key: Str, value: Value) {
        match &mut self.0 {
            Held::Few(few) => match find(few, key.borrow()) {
                Ok(at) => {
                    if let Some((_, old)) = few.get_mut(at) {
                        *old = value;
                    }
                }
                Err(at) => few.insert(at, (key, value)),
            },
            Held::Many(many) => {
                many.insert(key, value);
            }
        }
        self.grow();
    }

    /// Takes a key away.
    pub fn remove(&mut self, key: &[u8]) {
        match &mut self.0 {
            Held::Few(few) => {
                if let Ok(at) = find(few, key) {
                    few.remove(at);
                }
            }
            Held::Many(many) => {
                many.remove(key);
            }
        }
    }

    /// Keeps the entries that are wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&Str, &mut Value) -> bool) {
        match &mut self.0 {
            Held::Few(few) => few.retain_mut(|(key, value)| wanted(key, value)),
            Held::Many(many) => many.retain(wanted),
        }
    }

    /// Takes all entries away.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Few(few) => few.len(),
            Held::Many(many) => many.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, sorted by key.
    pub fn iter(&self) -> Iter<'_> {
        match &self.0 {
            Held::Few(few) => Iter::Few(few.iter()),
            Held::Many(many) => Iter::Many(many.iter()),
        }
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &Str> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, sorted by key.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// Calls a function with every value.
    pub(super) fn each_mut(&mut self, mut run: impl FnMut(&mut Value)) {
        match &mut self.0 {
            Held::Few(few) => few.iter_mut().for_each(|(_, value)| run(value)),
            Held::Many(many) => many.values_mut().for_each(run),
        }
    }

    fn grow(&mut self) {
        if let Held::Few(few) = &mut self.0
            && few.len() > FEW
        {
            self.0 = Held::Many(std::mem::take(few).into_iter().collect());
        }
    }
}

fn find(few: &[(Str, Value)], key: &[u8]) -> Result<usize, usize> {
    few.binary_search_by(|(known, _)| known.bytes().cmp(key))
}

impl FromIterator<(Str, Value)> for Entries {
    /// Of entries with the same key the last one counts.
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        let mut few: Vec<_> = entries.into_iter().collect();
        if !few.is_sorted_by(|(one, _), (next, _)| one < next) {
            few.sort_by(|(one, _), (other, _)| one.cmp(other));
            few.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    std::mem::swap(next, kept);
                }
                same
            });
        }
        let mut made = Self(Held::Few(few));
        made.grow();
        made
    }
}

impl<'e> IntoIterator for &'e Entries {
    type Item = (&'e Str, &'e Value);
    type IntoIter = Iter<'e>;

    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

/// Goes over entries.
pub enum Iter<'e> {
    #[doc(hidden)]
    Few(slice::Iter<'e, (Str, Value)>),
    #[doc(hidden)]
    Many(btree_map::Iter<'e, Str, Value>),
}

impl<'e> Iterator for Iter<'e> {
    type Item = (&'e Str, &'e Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Few(few) => few.next().map(|(key, value)| (key, value)),
            Iter::Many(many) => many.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Iter::Few(few) => few.size_hint(),
            Iter::Many(many) => many.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entries: &Entries) -> String {
        let shown = entries.iter().map(|(key, value)| format!("{}={value:?}", key.text()));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_last_of_a_key_counts_and_keys_are_sorted() {
        let pairs = [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("b", 5)];
        let made = pairs.map(|(key, value)| (Str::from(key), Value::Int(value)));
        let mut entries: Entries = made.into_iter().collect();
        assert_eq!(shown(&entries), "a=2 b=5 c=4");
        entries.insert("aa".into(), Value::Int(6));
        entries.insert("c".into(), Value::Int(7));
        entries.remove(b"a");
        entries.remove(b"none");
        assert_eq!(shown(&entries), "aa=6 b=5 c=7");
        entries.retain(|key, _| key.bytes() != b"b");
        assert_eq!((entries.len(), entries.get(b"b").is_none()), (2, true));
    }

    #[test]
    fn many_entries_are_kept_as_few_are() {
        let all = || {
            let key = |number| Str::from(format!("{:03}", number * 7 % (4 * FEW)));
            (0..2 * FEW).map(move |number| (key(number), Value::str(number.to_string())))
        };
        let mut one_by_one = Entries::default();
        for (key, value) in all() {
            one_by_one.insert(key, value);
        }
        let mut at_once: Entries = all().collect();
        assert_eq!(shown(&one_by_one), shown(&at_once));
        assert_eq!(at_once.len(), 2 * FEW);
        at_once.remove(b"007");
        at_once.retain(|key, _| key.bytes() != b"000");
        assert_eq!(at_once.len(), 2 * FEW - 2);
        assert!(at_once.keys().is_sorted() && at_once.values().count() == 2 * FEW - 2);
        at_once.clear();
        assert!(at_once.is_empty());
    }
}
