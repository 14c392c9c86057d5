//! Versions: `semver` and its methods, `semverCompare`.

use std::{any::Any, rc::Rc};

use super::{arguments::Arguments as _, fixed};
use crate::{
    template::{
        quote,
        render::{
            call::Function,
            value::{
                Method, Object, Str,
                Type::{self, Named},
                Value,
            },
        },
    },
    version::{self, Constraint, MAX_CONSTRAINT_BYTES, MAX_VERSION_BYTES},
};

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("semver", &[Type::String], |_, args| Ok(object(read(args.bytes(0))?))),
    fixed("semverCompare", &[Type::String, Type::String], |_, args| {
        let text = String::from_utf8_lossy(args.bytes(0));
        let constraint = Constraint::parse(&text).map_err(|_| {
            if text.len() > MAX_CONSTRAINT_BYTES {
                return format!("constraint string is too long (max {MAX_CONSTRAINT_BYTES} bytes)");
            }
            // The alternative that can't be read is shown.
            let wrong = text.split("||").find(|part| Constraint::parse(part).is_err());
            format!("improper constraint: {}", quote::quoted(wrong.unwrap_or(&text)))
        })?;
        Ok(Value::Bool(constraint.matches(&read(args.bytes(1))?.parsed)))
    }),
];

/// `*semver.Version` of Masterminds/semver 3.5.
#[derive(Clone, Debug)]
struct Version {
    parsed: ::semver::Version,
    original: Str,
}

const NAME: &str = "*semver.Version";

fn object(version: Version) -> Value {
    Value::Object(Rc::new(version))
}

fn read(text: &[u8]) -> Result<Version, String> {
    let parsed = version::parse(&String::from_utf8_lossy(text)).map_err(|_| {
        if text.len() > MAX_VERSION_BYTES {
            return format!("version string is too long (max {MAX_VERSION_BYTES} bytes)");
        }
        "invalid semantic version".to_owned()
    })?;
    Ok(Version { parsed, original: Str::from(text) })
}

impl Version {
    /// A version that follows this one; it begins with `v` where this one does.
    fn next(&self, major: u64, minor: u64, patch: u64) -> Value {
        let parsed = ::semver::Version::new(major, minor, patch);
        let prefix = if self.original.bytes().starts_with(b"v") { "v" } else { "" };
        let original = Str::from(format!("{prefix}{parsed}"));
        object(Version { parsed, original })
    }

    fn next_patch(&self) -> Value {
        let version = &self.parsed;
        // A prerelease comes before the version that it names.
        let step = u64::from(version.pre.is_empty());
        self.next(version.major, version.minor, version.patch.saturating_add(step))
    }
}

impl Object for Version {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn kind(&self) -> &'static str {
        "ptr"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str) -> Option<Method> {
        let params: &[Type] = match name {
            "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "Original" | "String"
            | "IncMajor" | "IncMinor" | "IncPatch" => &[],
            "Compare" | "Equal" | "LessThan" | "LessThanEqual" | "GreaterThan"
            | "GreaterThanEqual" => &[Named(NAME)],
            _ => return None,
        };
        Some(Method { params, rest: None })
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let version = &self.parsed;
        if let Value::Object(other) = args.any(0)
            && let Some(other) = other.as_any().downcast_ref::<Self>()
        {
            let order = version::compare(version, &other.parsed);
            return Ok(match name {
                "Equal" => Value::Bool(order.is_eq()),
                "LessThan" => Value::Bool(order.is_lt()),
                "LessThanEqual" => Value::Bool(order.is_le()),
                "GreaterThan" => Value::Bool(order.is_gt()),
                "GreaterThanEqual" => Value::Bool(order.is_ge()),
                _ => Value::Int(order as i64),
            });
        }
        Ok(match name {
            "Major" => Value::Uint64(version.major),
            "Minor" => Value::Uint64(version.minor),
            "Patch" => Value::Uint64(version.patch),
            "Prerelease" => Value::str(version.pre.as_str()),
            "Metadata" => Value::str(version.build.as_str()),
            "Original" => Value::Str(self.original.clone()),
            "IncMajor" => self.next(version.major.saturating_add(1), 0, 0),
            "IncMinor" => self.next(version.major, version.minor.saturating_add(1), 0),
            "IncPatch" => self.next_patch(),
            _ => Value::str(self.print()),
        })
    }

    fn print(&self) -> String {
        self.parsed.to_string()
    }

    fn to_plain(&self) -> Value {
        Value::str(self.print())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
