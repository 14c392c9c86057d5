//! Packed objects, with a cache of every base on the way.
//!
//! A history walk asks for thousands of versions of the same few trees, which a pack stores as deltas of each other.
//! The object store of gix keeps the objects that were asked for but not the bases that it met on the way, nor a base
//! that is stored whole, so that each version is rebuilt from its chain's start. Here every base is kept; what is read
//! and how is otherwise the same (<https://git-scm.com/docs/pack-format>).

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::{data, index, multi_index};
use gix::odb::store::structure::Record;

use super::Repository;

/// How many bytes of trees and delta bases one worker keeps in each of its two generations.
pub const OBJECT_CACHE_BYTES: usize = 16 << 20;

/// Objects of more bytes than this are not read: no tree, commit or Chart.yaml is as large.
pub const MAX_OBJECT_BYTES: usize = 64 << 20;

/// Longest chain of deltas that is followed; Git writes chains of at most 4095.
pub const MAX_DELTA_CHAIN: usize = 4096;

/// An object's bytes.
pub(super) type Bytes = Arc<[u8]>;

/// The packs of a repository, shared by all workers.
pub(super) struct Packs(Vec<Pack>);

struct Pack {
    index: index::File,
    data: data::File,
}

impl Packs {
    /// Maps the packs; a pack that can't be mapped is left to the object store.
    pub(super) fn of(repository: &Repository) -> Self {
        let local = repository.local().to_thread_local();
        let records = local.objects.store_ref().structure().unwrap_or_default();
        let indices = records.into_iter().flat_map(|record| match record {
            Record::Index { path, .. } => vec![path],
            Record::MultiIndex { path, .. } => indices_of(&path),
            Record::LooseObjectDatabase { .. } | Record::Empty => Vec::new(),
        });
        Self(indices.filter_map(|path| Pack::open(&path)).collect())
    }

    fn find(&self, id: ObjectId) -> Option<Place> {
        self.0.iter().enumerate().find_map(|(pack, Pack { index, .. })| {
            let offset = index.pack_offset_at_index(index.lookup(id)?);
            Some(Place { pack: pack as u32, offset })
        })
    }
}

/// The indices that a multi-pack index stands for; they lie beside it.
fn indices_of(multi: &Path) -> Vec<PathBuf> {
    let Ok(file) = multi_index::File::at(multi, None) else { return Vec::new() };
    file.index_names().iter().map(|name| multi.with_file_name(name)).collect()
}

impl Pack {
    fn open(index: &Path) -> Option<Self> {
        let hash = gix::hash::Kind::Sha1;
        let data = data::File::at(index.with_extension("pack"), hash).ok()?;
        Some(Self { index: index::File::at(index, hash).ok()?, data })
    }
}

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    pack: u32,
    offset: data::Offset,
}

/// Reads from packs; one per worker.
#[derive(Default)]
pub(super) struct Reader {
    young: Generation,
    old: Generation,
    young_bytes: usize,
    inflate: gix::zlib::Inflate,
    scratch: Vec<u8>,
}

/// Places are spread well enough by their offsets: the hash needs no key.
type Generation = HashMap<Place, (Kind, Bytes), BuildHasherDefault<PlaceHasher>>;

#[derive(Default)]
struct PlaceHasher(u64);

impl std::hash::Hasher for PlaceHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Reader {
    /// An object's kind and bytes; `None` where no pack holds it, or where it can't be read.
    pub(super) fn read(&mut self, packs: &Packs, id: ObjectId) -> Option<(Kind, Bytes)> {
        let place = packs.find(id)?;
        let mut chain = Vec::new();
        let (kind, mut bytes) = self.base(packs, place, &mut chain)?;
        let pack = packs.0.get(place.pack as usize)?;
        for (offset, entry) in chain.into_iter().rev() {
            let mut delta = std::mem::take(&mut self.scratch);
            let result =
                self.inflate(&pack.data, &entry, &mut delta).and_then(|()| apply(&bytes, &delta));
            self.scratch = delta;
            bytes = result?.into();
            self.remember(Place { offset, ..place }, kind, &bytes);
        }
        Some((kind, bytes))
    }

    /// Goes down the chain to the first object that is whole or known; `chain` gets the deltas on the way.
    fn base(
        &mut self,
        packs: &Packs,
        place: Place,
        chain: &mut Vec<(data::Offset, data::Entry)>,
    ) -> Option<(Kind, Bytes)> {
        let pack = packs.0.get(place.pack as usize)?;
        let mut at = place;
        while chain.len() <= MAX_DELTA_CHAIN {
            if let Some(known) = self.recall(at) {
                return Some(known);
            }
            let entry = pack.data.entry(at.offset).ok()?;
            let base = match entry.header {
                Header::OfsDelta { base_distance } => {
                    entry.checked_base_pack_offset(base_distance)?
                }
                Header::RefDelta { base_id } => {
                    pack.index.pack_offset_at_index(pack.index.lookup(base_id)?)
                }
                whole => {
                    let kind = whole.as_kind()?;
                    let mut bytes = Vec::new();
                    self.inflate(&pack.data, &entry, &mut bytes)?;
                    let bytes: Bytes = bytes.into();
                    // A whole commit is asked for once and is no base; it would only drive out what is.
                    if kind != Kind::Commit || !chain.is_empty() {
                        self.remember(at, kind, &bytes);
                    }
                    return Some((kind, bytes));
                }
            };
            chain.push((at.offset, entry));
            at.offset = base;
        }
        None
    }

    fn inflate(&mut self, pack: &data::File, entry: &data::Entry, out: &mut Vec<u8>) -> Option<()> {
        let size = usize::try_from(entry.decompressed_size)
            .ok()
            .filter(|size| *size <= MAX_OBJECT_BYTES)?;
        out.clear();
        out.resize(size, 0);
        pack.decompress_entry(entry, &mut self.inflate, out).ok().map(|_| ())
    }

    fn recall(&mut self, place: Place) -> Option<(Kind, Bytes)> {
        if let Some(found) = self.young.get(&place) {
            return Some(found.clone());
        }
        let (kind, bytes) = self.old.remove(&place)?;
        self.remember(place, kind, &bytes);
        Some((kind, bytes))
    }

    /// Two generations: when the young one is full it becomes the old one, and what nobody asked for again goes.
    fn remember(&mut self, place: Place, kind: Kind, bytes: &Bytes) {
        self.young_bytes += bytes.len();
        self.young.insert(place, (kind, bytes.clone()));
        if self.young_bytes > OBJECT_CACHE_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

/// Builds an object from its base and a delta; `None` where the delta is damaged.
fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let (base_size, delta) = size(delta)?;
    let (result_size, mut delta) = size(delta)?;
    if base_size != base.len() || result_size > MAX_OBJECT_BYTES {
        return None;
    }
    let mut result = Vec::with_capacity(result_size);
    while let Some((code, rest)) = delta.split_first() {
        delta = rest;
        if code & 0x80 == 0 {
            let (new, rest) = rest.split_at_checked(usize::from(*code)).filter(|_| *code != 0)?;
            result.extend_from_slice(new);
            delta = rest;
        } else {
            let offset = number(&mut delta, code & 0x0f, 4)?;
            let length = number(&mut delta, code >> 4 & 0x07, 3)?;
            let length = if length == 0 { 0x1_0000 } else { length };
            result.extend_from_slice(base.get(offset..)?.get(..length)?);
        }
        if result.len() > result_size {
            return None;
        }
    }
    (result.len() == result_size).then_some(result)
}

/// A size in groups of seven bits, lowest first.
fn size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut size = 0_usize;
    for (place, byte) in bytes.iter().enumerate().take(9) {
        size |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((size, bytes.get(place + 1..)?));
        }
    }
    None
}

/// A little-endian number of which only the bytes that `present` names are written.
fn number(delta: &mut &[u8], present: u8, width: u8) -> Option<usize> {
    let mut number = 0;
    for place in 0..width {
        if present >> place & 1 == 1 {
            let (byte, rest) = delta.split_first()?;
            number |= usize::from(*byte) << (8 * place);
            *delta = rest;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_copies_and_inserts() {
        let base = b"hello world";
        let delta = [11, 8, 0x91, 6, 5, 3, b'!', b'?', b'!'];
        assert_eq!(apply(base, &delta).as_deref(), Some(&b"world!?!"[..]));
    }

    #[test]
    fn a_damaged_delta_is_none() {
        let base = b"hello world";
        let good = [11, 8, 0x91, 6, 5, 3, b'!', b'?', b'!'];
        for end in 0..good.len() {
            assert_eq!(apply(base, &good[..end]), None);
        }
        assert_eq!(apply(base, &[11, 5, 0x91, 9, 5]), None, "past the base's end");
        assert_eq!(apply(base, &[11, 1, 0]), None, "code 0 is reserved");
        assert_eq!(apply(base, &[11, 0xff, 0xff, 0xff, 0xff, 0x7f]), None, "too large");
    }
}
