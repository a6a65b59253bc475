//! Reads the head of a request by a scheme that is data.

use std::borrow::Cow;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::{HmacScheme, MAX_BEFORE, Part, Separator, Time};
use crate::rejection::{Rejection, RejectionKind};
use crate::scheme::only_value::malformed;
use crate::scheme::{Algorithm, Head, MAX_ENTRIES, Signature, SignatureClaim, only_timestamp, only_value};

/// The time of signing: its text, and the seconds since the Unix epoch.
type Signed<'a> = (&'a [u8], i64);

/// What the parts of a message are taken from.
struct Found<'a> {
    head: Head<'a>,
    id: Option<&'a HeaderValue>,
    time: Option<Signed<'a>>,
}

impl<K> HmacScheme<K> {
    /// Judges a head: first the signature, then the id, then the time.
    #[inline]
    pub(super) fn read_head<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let mut header = None;
        let mut time = None;
        self.read_signatures(head.headers(), &mut header, &mut time)?;
        let header = header.ok_or_else(|| malformed(&self.header))?;
        if let [Part::Body] = self.signed {
            return Ok(header);
        }
        let id = match &self.id {
            Some(name) => Some(self.read_id(head.headers(), name)?),
            None => None,
        };
        let time = match &self.time {
            Time::Nowhere => None,
            Time::Header(name) => Some(only_timestamp(head.headers(), name, self.unit)?),
            Time::Entry(_) => Some(time.ok_or_else(|| self.fault_of_time(RejectionKind::MissingTimestamp))?),
        };
        self.with_parts(header, &Found { head, id, time })
    }

    /// Reads the MACs, and the time if it is among them.
    #[inline]
    fn read_signatures<'a>(
        &'a self,
        headers: &'a HeaderMap,
        header: &mut Option<SignatureClaim<'a>>,
        time: &mut Option<Signed<'a>>,
    ) -> Result<(), Rejection> {
        let first = only_value(headers, &self.header);
        let Some(second) = &self.second else {
            return self.read_value(first?, &self.header, header, time);
        };
        match only_value(headers, second) {
            Ok(value) => {
                match first {
                    Ok(first) => self.read_value(first, &self.header, header, time)?,
                    Err(rejection) if rejection.kind() == RejectionKind::MissingSignature => {}
                    Err(rejection) => return Err(rejection),
                }
                self.read_value(value, second, header, time)
            }
            Err(rejection) if rejection.kind() == RejectionKind::MissingSignature => {
                self.read_value(first?, &self.header, header, time)
            }
            Err(rejection) => Err(rejection),
        }
    }

    #[inline]
    fn read_value<'a>(
        &'a self,
        value: &'a HeaderValue,
        name: &HeaderName,
        header: &mut Option<SignatureClaim<'a>>,
        time: &mut Option<Signed<'a>>,
    ) -> Result<(), Rejection> {
        match self.separator {
            None => {
                let text = value.as_bytes().strip_prefix(self.prefix.as_bytes());
                add(header, self.decode(text.ok_or_else(|| malformed(name))?, name)?);
                Ok(())
            }
            Some(separator) => self.read_list(value, separator, name, header, time),
        }
    }

    fn read_list<'a>(
        &'a self,
        list: &'a HeaderValue,
        separator: Separator,
        name: &HeaderName,
        header: &mut Option<SignatureClaim<'a>>,
        time: &mut Option<Signed<'a>>,
    ) -> Result<(), Rejection> {
        for entry in separator.split(list.as_bytes()).take(MAX_ENTRIES) {
            if let Time::Entry(key) = self.time
                && let Some(text) = entry.strip_prefix(key.as_bytes())
            {
                let malformed = || self.fault_of_time(RejectionKind::MalformedTimestamp);
                let seconds = self.unit.parse(text).ok_or_else(malformed)?;
                if time.replace((text, seconds)).is_some() {
                    return Err(malformed());
                }
            } else if let Some(text) = entry.strip_prefix(self.prefix.as_bytes()) {
                add(header, self.decode(text, name)?);
            }
        }
        Ok(())
    }

    #[inline]
    fn decode(&self, text: &[u8], name: &HeaderName) -> Result<Signature, Rejection> {
        let encoding = self.encoding;
        let signature = match self.algorithm {
            Algorithm::HmacSha256 => encoding.decode(text).map(Signature::HmacSha256),
            #[cfg(feature = "sha1")]
            Algorithm::HmacSha1 => encoding.decode(text).map(Signature::HmacSha1),
            #[cfg(feature = "sha512")]
            Algorithm::HmacSha384 => encoding.decode(text).map(Signature::HmacSha384),
            #[cfg(feature = "sha512")]
            Algorithm::HmacSha512 => encoding.decode(text).map(Signature::HmacSha512),
            // Refused at the start.
            #[cfg(any(feature = "custom-key", feature = "ed25519", feature = "p256"))]
            _ => None,
        };
        signature.ok_or_else(|| malformed(name))
    }

    fn fault_of_time(&self, kind: RejectionKind) -> Rejection {
        Rejection::new(kind).with_header(&self.header)
    }

    fn read_id<'a>(&self, headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a HeaderValue, Rejection> {
        let id = only_value(headers, name)?;
        if id.is_empty() || self.contains_its_separator(Part::Id, id.as_bytes()) {
            return Err(malformed(name));
        }
        Ok(id)
    }

    /// Whether the text of a part contains what separates it from its neighbour, or a beginning of it that the rest
    /// completes, so that the signed bytes could be divided in two ways: what is beside the body could be moved into
    /// it, and the signature would still be right.
    fn contains_its_separator(&self, part: Part, text: &[u8]) -> bool {
        let separator = match self.neighbour_of(part) {
            Some(Part::Literal(separator)) => separator.as_bytes(),
            Some(Part::Timestamp) if self.time_ends_id() => b":",
            _ => return false,
        };
        // The first separator has to be the one behind the text, or the last one that in front of it.
        if self.is_in_front(part) {
            let all = || text.iter().chain(separator);
            (0..text.len()).any(|at| all().skip(at).take(separator.len()).eq(separator))
        } else {
            let all = || separator.iter().chain(text);
            (1..=text.len()).any(|at| all().skip(at).take(separator.len()).eq(separator))
        }
    }

    /// Adds what is signed besides the body.
    fn with_parts<'a>(
        &'a self,
        mut header: SignatureClaim<'a>,
        found: &Found<'a>,
    ) -> Result<SignatureClaim<'a>, Rejection> {
        let mut parts = self.signed.iter().copied();
        let mut before: [&[u8]; MAX_BEFORE] = [b""; MAX_BEFORE];
        for (room, part) in before
            .iter_mut()
            .zip(parts.by_ref().take_while(|part| *part != Part::Body))
        {
            *room = self.text(part, found)?;
        }
        header = header.signed_before_body(before);
        let mut after: Cow<'a, [u8]> = Cow::Borrowed(b"");
        for part in parts.skip_while(|part| *part == Part::Body) {
            let text = self.text(part, found)?;
            if after.is_empty() {
                after = Cow::Borrowed(text);
            } else {
                after.to_mut().extend_from_slice(text);
            }
        }
        if !after.is_empty() {
            header = header.signed_after_body(after);
        }
        if let Some((_, seconds)) = found.time {
            header = header.timestamp(seconds);
        }
        if let Some(id) = found.id {
            header = header.delivery_id(id);
        }
        Ok(header)
    }

    /// The text of a part, unless it contains its separator.
    fn undivided<'a>(&self, part: Part, text: Option<&'a [u8]>) -> Result<Option<&'a [u8]>, Rejection> {
        match text {
            Some(text) if self.contains_its_separator(part, text) => Err(RejectionKind::MalformedSignature.into()),
            text => Ok(text),
        }
    }

    fn text<'a>(&'a self, part: Part, found: &Found<'a>) -> Result<&'a [u8], Rejection> {
        let text = match part {
            Part::Literal(text) => Some(text.as_bytes()),
            Part::Id => found.id.map(HeaderValue::as_bytes),
            Part::Timestamp => found.time.map(|(text, _)| text),
            Part::Method => {
                let method = found.head.method().map(|method| method.as_str().as_bytes());
                self.undivided(part, method)?
            }
            Part::PathAndQuery => {
                let path = found.head.uri().and_then(|uri| uri.path_and_query());
                self.undivided(part, path.map(|path| path.as_str().as_bytes()))?
            }
            Part::PublicUrl => self.url.as_ref().map(|url| url.as_str().as_bytes()),
            Part::Body => None,
        };
        // A head that was made from headers alone, or a target such as `*`, has no such part.
        text.ok_or_else(|| {
            Rejection::new(RejectionKind::MissingSignature)
                .with_source("the scheme signs a part that the head does not have: give it the whole request")
        })
    }
}

#[inline]
fn add(header: &mut Option<SignatureClaim<'_>>, signature: Signature) {
    *header = Some(match header.take() {
        None => SignatureClaim::new(signature),
        Some(header) => header.or(signature),
    });
}
