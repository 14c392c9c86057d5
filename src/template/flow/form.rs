//! Texts of which a part is known: the name of a template or a file that is put together with `print` or
//! `printf` can only be one of those that have the known parts.

use super::{
    domain::{Atom, SetId},
    eval::Call,
    machine::Machine,
    sink::TEXT_MAX,
    textual::printf,
};

/// What stands in a form for text that is not known; no name has it.
pub const HOLE: char = '\0';
/// How many templates of a form are followed.
pub const LIKE_MAX: usize = 48;
/// What a pattern of Helm's globs may have that a form has not.
const GLOB: &[char] = &['[', ']', '{', '}', '\\', '!'];

/// Whether a text may be of a form: it has the known parts, each after the one before, and the first and the
/// last at its ends.
pub fn is_of_form(form: &str, text: &str) -> bool {
    let mut parts = form.split(HOLE);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Whether enough of a form is known to tell names apart.
fn is_known(form: &str) -> bool {
    form.len() <= TEXT_MAX && form.contains(char::is_alphanumeric)
}

impl Machine<'_, '_> {
    /// The form of the text that `print` or `printf` makes.
    pub(super) fn form(&self, call: &Call<'_, '_>) -> Option<String> {
        let part = |arg: &SetId| match self.constants(*arg).as_deref() {
            Some([text]) => text.clone(),
            _ => HOLE.to_string(),
        };
        let args: Vec<_> = call.args.iter().map(part).collect();
        let form = match (call.name, args.as_slice()) {
            ("print", args) => args.concat(),
            ("printf", [format, args @ ..]) if !format.contains(HOLE) => printf(format, args)?,
            _ => return None,
        };
        is_known(&form).then_some(form)
    }

    /// Text of a form that is made of values.
    pub(super) fn formed(&mut self, form: &str, of: SetId) -> SetId {
        let of = self.origins(of);
        let atom = Atom::Formed(self.paths.sym(form), of);
        self.domain.one(atom)
    }

    /// The texts that a value may be, or the forms of those that are not known.
    fn forms(&self, value: SetId) -> Option<Vec<String>> {
        let Some(Atom::Formed(form, _)) = self.domain.single(value) else { return None };
        Some(vec![self.paths.text(form).to_owned()])
    }

    /// The names of files that are asked for, each as it is or as a form.
    pub(super) fn file_names(&self, path: SetId) -> Option<Vec<String>> {
        self.constants(path).or_else(|| self.forms(path))
    }

    /// The forms of the names that patterns of files have. A form takes in more than the pattern.
    pub(super) fn globbed(&self, pattern: SetId) -> Option<Vec<String>> {
        let form = |pattern: String| {
            let form = pattern.replace(['*', '?'], &HOLE.to_string());
            (!pattern.contains(GLOB) && is_known(&form)).then_some(form)
        };
        self.constants(pattern)?.into_iter().map(form).collect()
    }

    /// The templates that a name may be of which the form is known; none where there are too many, or
    /// where some may not be here.
    pub(super) fn names_like(&self, name: SetId) -> Option<Vec<String>> {
        let forms = self.forms(name)?;
        let here = self.input.members.iter().all(|member| member.missing.is_empty());
        let like = |name: &&str| forms.iter().any(|form| is_of_form(form, name));
        let names: Vec<_> = self.templates.names().filter(like).take(LIKE_MAX + 1).collect();
        let known = here && !names.is_empty() && names.len() <= LIKE_MAX;
        known.then(|| names.into_iter().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_form;

    #[test]
    fn a_text_of_a_form_has_its_parts_in_order() {
        let of = |form: &str, text| is_of_form(&form.replace('*', "\0"), text);
        assert!(of("a/*.b", "a/x.b") && of("a/*.b", "a/.b") && of("*b*d*", "abcde"));
        assert!(of("a", "a") && !of("a", "ab"));
        assert!(!of("a/*.b", "a/x.bc") && !of("a*a", "a") && !of("*b*d*", "adcbe"));
    }
}
