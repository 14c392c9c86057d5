//! The functions that templates can call, by name.

use std::sync::LazyLock;

/// A set of function names. A template that calls any other is refused, as Go does.
#[derive(Clone, Debug)]
pub struct FunctionSet {
    /// Sorted, without duplicates.
    names: Vec<Box<str>>,
    /// For each first byte, where its names end; they begin where those of the byte before end.
    ends: [u16; 256],
}

impl FunctionSet {
    /// What Helm gives to templates: [`NAMES`].
    pub fn helm() -> &'static Self {
        static HELM: LazyLock<FunctionSet> = LazyLock::new(|| NAMES.iter().copied().collect());
        &HELM
    }

    /// What Go gives to every template: [`GO_NAMES`].
    pub fn go() -> Self {
        GO_NAMES.iter().copied().collect()
    }

    /// Whether a function has this name.
    pub fn contains(&self, name: &str) -> bool {
        let Some(first) = name.bytes().next() else { return false };
        let end_of = |byte: u8| self.ends.get(usize::from(byte)).copied().unwrap_or(0);
        let start = first.checked_sub(1).map_or(0, end_of);
        let range = usize::from(start)..usize::from(end_of(first));
        self.names
            .get(range)
            .is_some_and(|names| names.binary_search_by(|known| known.as_ref().cmp(name)).is_ok())
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }
}

impl<'n> FromIterator<&'n str> for FunctionSet {
    /// At most [`MAX_FUNCTIONS`] names are kept, the first in order.
    fn from_iter<I: IntoIterator<Item = &'n str>>(names: I) -> Self {
        let mut names: Vec<Box<str>> = names.into_iter().map(Box::from).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(MAX_FUNCTIONS);
        let mut ends = [0; 256];
        for (byte, end) in (0..=u8::MAX).zip(&mut ends) {
            let up_to = |name: &str| name.bytes().next().is_none_or(|first| first <= byte);
            *end = names.partition_point(|name| up_to(name)) as u16;
        }
        Self { names, ends }
    }
}

/// The most names that one set holds.
pub const MAX_FUNCTIONS: usize = u16::MAX as usize;

/// What Go gives to every template. `break` and `continue` are keywords, not functions.
/// Source: `text/template/funcs.go` of Go 1.26, read 2026-11-22.
#[rustfmt::skip]
pub const GO_NAMES: &[&str] = &[
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
    "print", "printf", "println", "slice", "urlquery",
];

/// What Helm gives to templates: Go's functions, those of sprig without `env` and `expandenv`, and
/// Helm's own. Sources: [`GO_NAMES`]; `TxtFuncMap` of github.com/Masterminds/sprig v3.3.0;
/// `pkg/engine/funcs.go` of helm.sh/helm v4.3.0; all read 2026-11-22.
#[rustfmt::skip]
pub const NAMES: &[&str] = &[
    "abbrev", "abbrevboth", "add", "add1", "add1f", "addf", "adler32sum", "ago", "all", "and",
    "any", "append", "atoi", "b32dec", "b32enc", "b64dec", "b64enc", "base", "bcrypt", "biggest",
    "buildCustomCert", "call", "camelcase", "cat", "ceil", "chunk", "clean", "coalesce", "compact",
    "concat", "contains", "date", "dateInZone", "dateModify", "date_in_zone", "date_modify",
    "decryptAES", "deepCopy", "deepEqual", "default", "derivePassword", "dict", "dig", "dir", "div",
    "divf", "duration", "durationDays", "durationHours", "durationMicroseconds",
    "durationMilliseconds", "durationMinutes", "durationNanoseconds", "durationRound",
    "durationRoundTo", "durationSeconds", "durationTruncateTo", "durationWeeks", "empty",
    "encryptAES", "eq", "ext", "fail", "first", "float64", "floor", "fromJson", "fromJsonArray",
    "fromToml", "fromYaml", "fromYamlArray", "ge", "genCA", "genCAWithKey", "genPrivateKey",
    "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "get",
    "getHostByName", "gt", "has", "hasKey", "hasPrefix", "hasSuffix", "hello", "html", "htmlDate",
    "htmlDateInZone", "htpasswd", "include", "indent", "index", "initial", "initials", "int",
    "int64", "isAbs", "join", "js", "kebabcase", "keys", "kindIs", "kindOf", "last", "le", "len",
    "list", "lookup", "lower", "lt", "max", "maxf", "merge", "mergeOverwrite", "min", "minf", "mod",
    "mul", "mulf", "mustAppend", "mustChunk", "mustCompact", "mustDateModify", "mustDeepCopy",
    "mustFirst", "mustFromJson", "mustHas", "mustInitial", "mustLast", "mustMerge",
    "mustMergeOverwrite", "mustPrepend", "mustPush", "mustRegexFind", "mustRegexFindAll",
    "mustRegexMatch", "mustRegexReplaceAll", "mustRegexReplaceAllLiteral", "mustRegexSplit",
    "mustRest", "mustReverse", "mustSlice", "mustToDate", "mustToDuration", "mustToJson",
    "mustToPrettyJson", "mustToRawJson", "mustToToml", "mustToYaml", "mustUniq", "mustWithout",
    "must_date_modify", "ne", "nindent", "nospace", "not", "now", "omit", "or", "osBase", "osClean",
    "osDir", "osExt", "osIsAbs", "pick", "pluck", "plural", "prepend", "print", "printf", "println",
    "push", "quote", "randAlpha", "randAlphaNum", "randAscii", "randBytes", "randInt",
    "randNumeric", "regexFind", "regexFindAll", "regexMatch", "regexQuoteMeta", "regexReplaceAll",
    "regexReplaceAllLiteral", "regexSplit", "repeat", "replace", "required", "rest", "reverse",
    "round", "semver", "semverCompare", "seq", "set", "sha1sum", "sha256sum", "sha512sum",
    "shuffle", "slice", "snakecase", "sortAlpha", "split", "splitList", "splitn", "squote", "sub",
    "subf", "substr", "swapcase", "ternary", "title", "toDate", "toDecimal", "toJson",
    "toPrettyJson", "toRawJson", "toString", "toStrings", "toToml", "toYaml", "toYamlPretty", "tpl",
    "trim", "trimAll", "trimPrefix", "trimSuffix", "trimall", "trunc", "tuple", "typeIs",
    "typeIsLike", "typeOf", "uniq", "unixEpoch", "unset", "until", "untilStep", "untitle", "upper",
    "urlJoin", "urlParse", "urlquery", "uuidv4", "values", "without", "wrap", "wrapWith",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(NAMES.is_sorted() && GO_NAMES.is_sorted());
        let helm = FunctionSet::helm();
        assert_eq!(helm.names().collect::<Vec<_>>(), NAMES);
        assert!(NAMES.iter().all(|name| helm.contains(name)));
        assert!(GO_NAMES.iter().all(|name| helm.contains(name)));
        for absent in ["", "env", "expandenv", "break", "a", "zz", "toYamll", "é"] {
            assert!(!helm.contains(absent), "`{absent}`");
        }
    }

    #[test]
    fn odd_names_can_be_given() {
        let set: FunctionSet = ["", "é", "b", "b"].into_iter().collect();
        assert!(set.contains("é") && set.contains("b") && !set.contains(""));
        assert!(!FunctionSet::from_iter([]).contains("b"));
    }
}
