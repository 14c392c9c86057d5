//! Addresses: `urlParse` and `urlJoin`, with Go's `net/url` behind them.

use super::{
    arguments::{Arguments as _, NIL_POINTER},
    fixed,
    kind::kind,
};
use crate::template::{
    quote,
    render::{
        call::Function,
        value::{Map, Str, Type, Value},
    },
};

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("urlJoin", &[Type::Map], |_, args| join(args)),
    fixed("urlParse", &[Type::String], |_, args| {
        let url =
            Url::parse(args.bytes(0)).map_err(|error| format!("unable to parse url: {error}"))?;
        Ok(url.dict())
    }),
];

/// The parts of an address, unescaped; the query as it stands.
#[derive(Default)]
struct Url {
    scheme: String,
    opaque: Vec<u8>,
    user: Option<User>,
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Vec<u8>,
}

struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

/// Where text stands, which decides what must be escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    User,
    Host,
    Zone,
    Fragment,
}

impl Place {
    fn escapes(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            return false;
        }
        let plain: &[u8] = match self {
            Place::Path => b"$&+,/:;=@",
            Place::User => b"$&+,;=",
            Place::Host | Place::Zone => b"!$&'()*+,;=:[]<>\"",
            Place::Fragment => b"$&+,/:;=?@!()*",
        };
        !plain.contains(&byte)
    }
}

fn escape(text: &[u8], place: Place) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if place.escapes(*byte) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}

fn quoted(bytes: &[u8]) -> String {
    quote::quoted(&String::from_utf8_lossy(bytes))
}

fn invalid_escape(shown: &[u8]) -> String {
    format!("invalid URL escape {}", quoted(shown))
}

fn unescape(text: &[u8], place: Place) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            let in_host = matches!(place, Place::Host | Place::Zone);
            if in_host && first.is_ascii() && place.escapes(*first) {
                return Err(format!("invalid character {} in host name", quoted(&[*first])));
            }
            out.push(*first);
            rest = after;
            continue;
        }
        let shown = rest.get(..3).unwrap_or(rest);
        let byte = hexadecimal(shown).ok_or_else(|| invalid_escape(shown))?;
        let forbidden = match place {
            Place::Host => byte.is_ascii() && shown != b"%25",
            Place::Zone => shown != b"%25" && byte != b' ' && Place::Host.escapes(byte),
            _ => false,
        };
        if forbidden {
            return Err(invalid_escape(shown));
        }
        out.push(byte);
        rest = rest.get(3..).unwrap_or(&[]);
    }
    Ok(out)
}

fn hexadecimal(escape: &[u8]) -> Option<u8> {
    let [b'%', high, low] = escape else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

/// What stands before and after the first separator.
fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(separator, text) {
        Some(at) => (text.get(..at).unwrap_or(&[]), text.get(at + 1..)),
        None => (text, None),
    }
}

impl Url {
    /// Go's `url.Parse`.
    fn parse(text: &[u8]) -> Result<Self, String> {
        let (before, fragment) = cut(text, b'#');
        let told = |shown: &[u8], error: String| format!("parse {}: {error}", quoted(shown));
        let mut url = Self::without_fragment(before).map_err(|error| told(before, error))?;
        if let Some(fragment) = fragment {
            let unescaped = unescape(fragment, Place::Fragment);
            url.fragment = unescaped.map_err(|error| told(text, error))?;
        }
        Ok(url)
    }

    fn without_fragment(text: &[u8]) -> Result<Self, String> {
        let mut url = Self::default();
        if text.iter().any(u8::is_ascii_control) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        if text == b"*" {
            url.path = text.to_vec();
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme;
        let (rest, query) = cut(rest, b'?');
        url.query = query.unwrap_or(&[]).to_vec();
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let mut path = rest;
        let has_authority = !url.scheme.is_empty() || !rest.starts_with(b"///");
        if has_authority && let Some(authority) = rest.strip_prefix(b"//") {
            let end = memchr::memchr(b'/', authority).unwrap_or(authority.len());
            let (authority, after) = authority.split_at(end);
            url.authority(authority)?;
            path = after;
        }
        url.path = unescape(path, Place::Path)?;
        Ok(url)
    }

    fn authority(&mut self, authority: &[u8]) -> Result<(), String> {
        let Some(at) = memchr::memrchr(b'@', authority) else {
            self.host = self.parse_host(authority)?;
            return Ok(());
        };
        let (user, host) = authority.split_at(at);
        self.host = self.parse_host(host.get(1..).unwrap_or(&[]))?;
        let valid =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
        if !user.iter().all(valid) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = cut(user, b':');
        let name = unescape(name, Place::User)?;
        let password = password.map(|password| unescape(password, Place::User)).transpose()?;
        self.user = Some(User { name, password });
        Ok(())
    }

    fn parse_host(&self, host: &[u8]) -> Result<Vec<u8>, String> {
        match memchr::memrchr(b'[', host) {
            Some(1..) => return Err("invalid IP-literal".to_owned()),
            Some(0) => return literal(host),
            None => {}
        }
        let strict = matches!(self.scheme.as_str(), "http" | "https");
        let colon = if strict { memchr::memchr(b':', host) } else { memchr::memrchr(b':', host) };
        if let Some(at) = colon {
            check_port(host.get(at..).unwrap_or(&[]))?;
        }
        unescape(host, Place::Host)
    }

    fn hostname(&self) -> &[u8] {
        let host = match memchr::memrchr(b':', &self.host) {
            Some(at) if is_port(self.host.get(at..).unwrap_or(&[])) => self.host.get(..at),
            _ => None,
        };
        let host = host.unwrap_or(&self.host);
        let inner = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]"));
        inner.unwrap_or(host)
    }

    fn dict(self) -> Value {
        let user = self.user.as_ref().map_or_else(Vec::new, User::text);
        let hostname = self.hostname().to_vec();
        let parts = [
            ("scheme", self.scheme.into_bytes()),
            ("host", self.host),
            ("hostname", hostname),
            ("path", self.path),
            ("query", self.query),
            ("opaque", self.opaque),
            ("fragment", self.fragment),
            ("userinfo", user),
        ];
        Value::map(parts.map(|(name, part)| (Str::from(name), Value::str(part))))
    }

    /// Go's `URL.String`.
    fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(self.scheme.as_bytes());
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.push_path(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Place::Fragment));
        }
        out
    }

    fn push_path(&self, out: &mut Vec<u8>) {
        let named = !self.host.is_empty() || self.user.is_some();
        if named || !self.scheme.is_empty() && !self.path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.text());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Place::Host));
        let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Place::Path) };
        if !self.host.is_empty() && !path.is_empty() && !path.starts_with(b"/") {
            out.push(b'/');
        }
        // Without it the segment would be taken for a scheme.
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

impl User {
    fn text(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Place::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Place::User));
        }
        out
    }
}

/// The scheme in lower case, and what follows its colon.
fn scheme(text: &[u8]) -> Result<(String, &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => {
                let scheme = String::from_utf8_lossy(text.get(..at).unwrap_or(&[]));
                return Ok((scheme.to_ascii_lowercase(), text.get(at + 1..).unwrap_or(&[])));
            }
            _ => break,
        }
    }
    Ok((String::new(), text))
}

/// `[::1]:80`; a zone may follow after `%25`.
fn literal(host: &[u8]) -> Result<Vec<u8>, String> {
    let close = memchr::memrchr(b']', host).ok_or("missing ']' in host")?;
    let (name, port) = host.split_at(close);
    let port = port.get(1..).unwrap_or(&[]);
    check_port(port)?;
    let name = name.get(1..).unwrap_or(&[]);
    let zone = memchr::memmem::find(name, b"%25").unwrap_or(name.len());
    let (address, zone) = name.split_at(zone);
    let address = unescape(address, Place::Host)?;
    let text = String::from_utf8_lossy(&address);
    if text.parse::<core::net::Ipv6Addr>().is_err() {
        if text.parse::<core::net::Ipv4Addr>().is_ok() {
            return Err("invalid IP-literal".to_owned());
        }
        let shown = quoted(&address);
        return Err(format!("invalid host: ParseAddr({shown}): unable to parse IP"));
    }
    let zone = unescape(zone, Place::Zone)?;
    Ok([b"[", address.as_slice(), &zone, b"]", port].concat())
}

fn is_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((first, digits)) => *first == b':' && digits.iter().all(u8::is_ascii_digit),
    }
}

fn check_port(port: &[u8]) -> Result<(), String> {
    if is_port(port) { Ok(()) } else { Err(format!("invalid port {} after host", quoted(port))) }
}

/// A part of the map: text, or nothing.
fn part(map: &Map, key: &str) -> Result<Vec<u8>, String> {
    match map.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => Ok(text.bytes().to_vec()),
        Some(Value::Nil) => Err(NIL_POINTER.to_owned()),
        Some(other) => Err(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            kind(&other)
        )),
    }
}

fn join(args: &[Value]) -> Result<Value, String> {
    let Some(map) = args.map(0) else { return Ok(Value::str("")) };
    let mut url = Url {
        scheme: String::from_utf8_lossy(&part(map, "scheme")?).into_owned(),
        host: part(map, "host")?,
        path: part(map, "path")?,
        query: part(map, "query")?,
        opaque: part(map, "opaque")?,
        fragment: part(map, "fragment")?,
        user: None,
    };
    let user = part(map, "userinfo")?;
    if !user.is_empty() {
        let address = [b"proto://", user.as_slice(), b"@host"].concat();
        let parsed = Url::parse(&address);
        url.user =
            parsed.map_err(|error| format!("unable to parse userinfo in dict: {error}"))?.user;
    }
    Ok(Value::str(url.text()))
}
