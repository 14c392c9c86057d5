//! Names as people mix them up.

/// Names of fewer letters than this may differ by one of them and be two things.
const SLIP_LENGTH_MIN: usize = 6;

/// The words of a name, in small letters: `pullPolicy` has two. The last is told from the others by a full stop:
/// many names end in `enabled`, and some begin with `enable`.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            small = false;
            parts.push(String::new());
            continue;
        }
        if c.is_uppercase() && small || parts.is_empty() {
            parts.push(String::new());
        }
        small = c.is_lowercase();
        if let Some(part) = parts.last_mut() {
            part.extend(c.to_lowercase());
        }
    }
    if let Some(last) = parts.last_mut() {
        last.push('.');
    }
    parts
}

/// Whether one of two names has all words of the other, in their order, and more: `port` and `servicePort` may be
/// two things, `servicePort` and `servicePortNumber` are one.
pub(super) fn is_longer_name(one: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        parts(name).iter().map(|word| word.trim_end_matches('.').to_owned()).collect()
    };
    let (one, other) = (words(one), words(other));
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() > 1 && long.len() > short.len() && long.windows(short.len()).any(|it| it == short)
}

/// Whether two names differ by a letter, and by case besides.
pub(super) fn is_slip_and_case(one: &str, other: &str) -> bool {
    squashed(one) != squashed(other) && is_slip(&one.to_lowercase(), &other.to_lowercase())
}

/// Whether two names differ by one letter that nobody would tell two things apart by: not by a plural, a
/// number or a letter in a short name.
pub(super) fn is_slip(one: &str, other: &str) -> bool {
    let mut letters: Vec<char> = one.chars().collect();
    for letter in other.chars() {
        match letters.iter().position(|it| *it == letter) {
            Some(at) => drop(letters.swap_remove(at)),
            None => letters.push(letter),
        }
    }
    let telling = |c: &char| c.is_ascii_digit() || c.eq_ignore_ascii_case(&'s');
    one.len().min(other.len()) >= SLIP_LENGTH_MIN
        && strsim::osa_distance(one, other) == 1
        && !letters.iter().any(telling)
}

/// A text without what people mix up.
pub(super) fn squashed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Units that names end in.
const UNITS: [&str; 16] = [
    "bytes",
    "gb",
    "gi",
    "hours",
    "kb",
    "ki",
    "mb",
    "mi",
    "millis",
    "milliseconds",
    "minutes",
    "ms",
    "s",
    "sec",
    "secs",
    "seconds",
];

/// Whether two names differ in nothing but the unit that they end in.
pub(super) fn differ_in_unit(one: &str, other: &str) -> bool {
    let (one, other) = (parts(one), parts(other));
    let ends = one.split_last().zip(other.split_last());
    ends.is_some_and(|((unit, one), (other_unit, other))| {
        let is_unit = |name: &String| UNITS.contains(&name.trim_end_matches('.'));
        !one.is_empty()
            && one == other
            && unit != other_unit
            && is_unit(unit)
            && is_unit(other_unit)
    })
}

/// Whether two names may be the older and the newer one of one thing: nearly alike, or one has the words of the other and
/// more.
pub(in crate::analysis) fn is_of_one_thing(one: &str, other: &str) -> bool {
    let alike = strsim::normalized_damerau_levenshtein(one, other) >= super::ALIKE;
    one != other && (alike || is_longer_name(one, other))
}

/// How alike two names are, of 1, to be left over for each other.
const RELATED: f64 = 0.5;

/// Whether two names share a word, or half of their letters.
pub(super) fn share(one: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        parts(name).iter().map(|word| word.trim_end_matches('.').to_owned()).collect()
    };
    let others = words(other);
    words(one).iter().any(|word| others.contains(word))
        || strsim::normalized_damerau_levenshtein(one, other) >= RELATED
}
