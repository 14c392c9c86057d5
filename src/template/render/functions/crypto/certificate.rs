//! Certificates whose signature is noise: names, addresses, days and extensions are what is asked for.

// Addresses as values: `core` has no sockets.
use core::net::IpAddr;
use std::rc::Rc;

use super::der::{self, element, identifier, integer, sequence};
use super::pem::{Block, decode_base64};
use super::{CERTIFICATE, key, random};
use crate::template::render::{
    call::Call,
    value::{Object, Value},
};

/// The size of the keys that sprig makes for certificates.
const KEY_BITS: usize = 2048;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// `sha256WithRSAEncryption`
const SIGNATURE: &[u32] = &[1, 2, 840, 113_549, 1, 1, 11];

/// What a certificate is asked for.
pub(super) struct Request {
    name: String,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) names: Vec<String>,
    days: i64,
}

/// sprig's `certificate`.
#[derive(Debug)]
struct Certificate {
    cert: String,
    key: String,
}

impl Object for Certificate {
    fn type_name(&self) -> &str {
        CERTIFICATE
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(Value::str(self.cert.as_str())),
            "Key" => Some(Value::str(self.key.as_str())),
            _ => None,
        }
    }

    fn print(&self) -> String {
        format!("{{{} {}}}", self.cert, self.key)
    }

    fn to_plain(&self) -> Value {
        let text = |text: &str| Value::str(text);
        Value::map([("Cert".into(), text(&self.cert)), ("Key".into(), text(&self.key))])
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A certificate and key that are given in base64.
pub(super) fn custom(cert: &[u8], key: &[u8]) -> Result<Value, String> {
    let cert = decode_base64(cert).ok_or("unable to decode base64 certificate")?;
    let private = decode_base64(key).ok_or("unable to decode base64 private key")?;
    let block = Block::find(&cert).ok_or("unable to decode certificate")?;
    subject(&block.bytes)?;
    key::parse(&private).map_err(|error| format!("error parsing private key: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let made = Certificate { cert: text(&cert), key: text(&private) };
    Ok(Value::Object(Rc::new(made)))
}

/// The name of a certificate's owner, in DER.
fn subject(certificate: &[u8]) -> Result<Vec<u8>, String> {
    let read = || {
        let (_, whole, _) = der::read(certificate)?;
        let (_, mut rest, _) = der::read(whole)?;
        // Version, number, algorithm, issuer and validity stand before it.
        if rest.first() == Some(&0xa0) {
            rest = der::read(rest)?.2;
        }
        for _ in 0..4 {
            rest = der::read(rest)?.2;
        }
        let (tag, content, _) = der::read(rest)?;
        Some(element(tag, content))
    };
    let malformed =
        "error parsing certificate: decodedCert.Bytes: x509: malformed certificate".to_owned();
    read().ok_or(malformed)
}

impl Request {
    pub(super) fn of(name: &[u8], days: i64) -> Self {
        let name = String::from_utf8_lossy(name).into_owned();
        Self { name, addresses: Vec::new(), names: Vec::new(), days }
    }

    /// A certificate that may sign others.
    pub(super) fn authority(
        &self,
        call: &mut Call<'_>,
        key: Option<&[u8]>,
    ) -> Result<Value, String> {
        let issuer = self.subject();
        self.issue(call, &issuer, key, true)
    }

    /// A certificate that an authority signed, or itself.
    pub(super) fn signed(
        &self,
        call: &mut Call<'_>,
        authority: Option<&Value>,
        key: Option<&[u8]>,
    ) -> Result<Value, String> {
        let issuer = match authority {
            None => self.subject(),
            Some(authority) => issuer(authority)?,
        };
        self.issue(call, &issuer, key, false)
    }

    fn issue(
        &self,
        call: &mut Call<'_>,
        issuer: &[u8],
        given: Option<&[u8]>,
        authority: bool,
    ) -> Result<Value, String> {
        let private = match given {
            None => key::rsa(call.random, KEY_BITS),
            Some(text) => {
                key::parse(text).map_err(|error| format!("parsing private key: {error}"))?
            }
        };
        let public = key::public(call.random, &private);
        let mut serial = random::bytes(call.random, 16);
        if let Some(first) = serial.first_mut() {
            *first = *first & 0x7f | 1;
        }
        let algorithm = sequence(&[identifier(SIGNATURE), element(0x05, &[])]);
        let signed = sequence(&[
            element(0xa0, &integer(&[2])),
            integer(&serial),
            algorithm.clone(),
            issuer.to_vec(),
            self.validity(call.now),
            self.subject(),
            public,
            element(0xa3, &sequence(&self.extensions(call, authority))),
        ]);
        let signature = der::bits(&random::bytes(call.random, KEY_BITS / 8));
        let bytes = sequence(&[signed, algorithm, signature]);
        let cert = Block::new("CERTIFICATE", bytes).write();
        Ok(Value::Object(Rc::new(Certificate { cert, key: private.write() })))
    }

    /// One name, which may be empty.
    fn subject(&self) -> Vec<u8> {
        if self.name.is_empty() {
            return sequence(&[]);
        }
        let text = element(0x0c, self.name.as_bytes());
        let name = sequence(&[identifier(&[2, 5, 4, 3]), text]);
        sequence(&[element(0x31, &name)])
    }

    fn validity(&self, now: i64) -> Vec<u8> {
        let end = now.saturating_add(self.days.saturating_mul(SECONDS_A_DAY));
        sequence(&[time(now), time(end)])
    }

    fn extensions(&self, call: &mut Call<'_>, authority: bool) -> Vec<Vec<u8>> {
        let critical = || element(0x01, &[0xff]);
        let extension = |last: u32, critical: Option<Vec<u8>>, content: &[u8]| {
            let parts = [identifier(&[2, 5, 29, last]), critical.unwrap_or_default()];
            sequence(&[parts.concat(), element(der::OCTETS, content)])
        };
        let usage: [u8; 2] = if authority { [2, 0xa4] } else { [5, 0xa0] };
        let server = [1, 3, 6, 1, 5, 5, 7, 3, 1];
        let client = [1, 3, 6, 1, 5, 5, 7, 3, 2];
        let constraints = if authority { element(0x01, &[0xff]) } else { Vec::new() };
        let mut extensions = vec![
            extension(15, Some(critical()), &element(der::BITS, &usage)),
            extension(37, None, &sequence(&[identifier(&server), identifier(&client)])),
            extension(19, Some(critical()), &sequence(&[constraints])),
        ];
        if authority {
            let id = element(der::OCTETS, &random::bytes(call.random, 20));
            extensions.push(extension(14, None, &id));
        }
        let names = self.names.iter().map(|name| element(0x82, name.as_bytes()));
        let addresses = self.addresses.iter().map(|address| match address {
            IpAddr::V4(address) => element(0x87, &address.octets()),
            IpAddr::V6(address) => element(0x87, &address.octets()),
        });
        let others: Vec<_> = names.chain(addresses).collect();
        if !others.is_empty() {
            extensions.push(extension(17, None, &sequence(&others)));
        }
        extensions
    }
}

/// The name of the authority that is to sign.
fn issuer(authority: &Value) -> Result<Vec<u8>, String> {
    let field = |name| match authority {
        Value::Object(object) => object.field(name),
        _ => None,
    };
    let text = |name| match field(name) {
        Some(Value::Str(text)) => text.bytes().to_vec(),
        _ => Vec::new(),
    };
    let block = Block::find(&text("Cert")).ok_or("unable to decode certificate")?;
    let subject = subject(&block.bytes)?;
    key::parse(&text("Key")).map_err(|error| format!("error parsing private key: {error}"))?;
    Ok(subject)
}

/// A moment: with two digits of the year until 2049, and with four after it.
fn time(seconds: i64) -> Vec<u8> {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    let moment = moment.to_zoned(jiff::tz::TimeZone::UTC);
    let (tag, format) = match moment.year() {
        1950..=2049 => (0x17, "%y%m%d%H%M%SZ"),
        _ => (0x18, "%Y%m%d%H%M%SZ"),
    };
    element(tag, moment.strftime(format).to_string().as_bytes())
}
