//! MACs of a request, claimed to be those of another message, or of another hash, under the same keys.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderName;
use tower_webhook::scheme::{Algorithm, HmacScheme};

use super::case::Case;
use super::form::{Form, hex};
use super::macs::{self, Found};
use super::trial::{Trial, Trials, at_sender, joined, none};
use super::{secret_key, time};
use crate::scheme::{AnyScheme, any};

static HEADER: HeaderName = HeaderName::from_static("x-explained-mac");
/// How many MACs of other headers are tried.
const MAX_OTHERS: usize = 4;

/// The MACs of the signature header, claimed to be those of this message alone.
pub(super) fn scratch<'a>(case: &'a Case, message: Bytes, change: &'static str) -> Trials<'a> {
    let Some(form) = Form::of(&case.scheme) else {
        return none();
    };
    let values = case.head.headers.get_all(&form.header).iter();
    let macs = macs::find_all(values, move |length| length == form.length);
    let base = case.with_body(message).with_secrets(secret_key::keys(case));
    Box::new(macs.filter_map(move |mac| Some(Trial::new(at_sender(change), claiming(&base, &mac)?))))
}

/// The sender signed with another hash than the scheme has, in this header or in an older one.
pub(super) fn other_hash(case: &Case) -> Trials<'_> {
    let Some(form) = Form::of(&case.scheme) else {
        return none();
    };
    let own = macs::find_all(case.head.headers.get_all(&form.header), macs::is_length);
    let is_other = |(name, _): &(&HeaderName, _)| **name != form.header;
    let others = case.head.headers.iter().filter(is_other).map(|(_, value)| value);
    let others = macs::find_all(others, macs::is_length).take(MAX_OTHERS);
    let macs: Vec<_> = own.chain(others).filter(|mac| mac.bytes.len() != form.length).collect();
    if macs.is_empty() {
        return none();
    }
    let keys = secret_key::keys(case);
    Box::new(messages(case, &form).flat_map(move |message| {
        let base = case.with_body(message).with_secrets(keys.clone());
        let trials = macs.iter().filter_map(|mac| {
            let (held, wanted) = (hash(mac.bytes.len()), hash(form.length));
            let change = format!("sign with HMAC-{wanted}: this signature is right with HMAC-{held}");
            Some(Trial::new(at_sender(change), claiming(&base, mac)?))
        });
        trials.collect::<Vec<_>>()
    }))
}

/// The hash whose MAC has this length in bytes.
pub(super) fn hash(length: usize) -> &'static str {
    match length {
        20 => "SHA1",
        32 => "SHA256",
        48 => "SHA384",
        _ => "SHA512",
    }
}

/// What schemes sign, made of the body and of what the head has besides. Each is made when it is asked for, as long as
/// that can be afforded.
pub(super) fn messages<'a>(case: &'a Case, form: &Form) -> impl Iterator<Item = Bytes> + 'a {
    around(case, form).into_iter().map_while(|(before, after)| {
        if before.is_empty() && after.is_empty() {
            return Some(case.body.clone());
        }
        let is_affordable = case.budget.take(case.body.len() as u64);
        is_affordable.then(|| joined([&*before, &case.body, &after].into_iter()))
    })
}

/// What schemes sign before the body and after it.
fn around(case: &Case, form: &Form) -> Vec<(Vec<u8>, Vec<u8>)> {
    let before = |parts: &[&[u8]]| (parts.concat(), Vec::new());
    let after = |part: &[u8]| (Vec::new(), part.to_vec());
    let mut all = Vec::new();
    let id = form.id.as_ref().and_then(|name| case.head.headers.get(name));
    let (method, url) = (case.head.method.as_str().as_bytes(), case.url().to_string());
    let url = url.as_bytes();
    for time in time::in_head(case).iter().filter(|_| form.signs_time()) {
        let time = time.as_bytes();
        if let Some(id) = id {
            let id = id.as_bytes();
            all.extend([before(&[id, b".", time, b"."]), before(&[id, time])]);
        }
        all.extend([
            before(&[time, b"."]),
            before(&[b"v0:", time, b":"]),
            before(&[time, b":"]),
            before(&[time]),
            after(time),
            ([method, url].concat(), time.to_vec()),
        ]);
    }
    if case.signed_url().is_some() {
        all.extend([before(&[url]), after(url)]);
    }
    all.push(before(&[]));
    all
}

/// The case with this MAC alone, by a scheme that signs the body alone.
fn claiming(case: &Case, mac: &Found) -> Option<Case> {
    let algorithm = match mac.bytes.len() {
        20 => Algorithm::HmacSha1,
        32 => Algorithm::HmacSha256,
        48 => Algorithm::HmacSha384,
        64 => Algorithm::HmacSha512,
        _ => return None,
    };
    let scheme: Arc<dyn AnyScheme> = any(HmacScheme::new("scratch", HEADER.clone()).algorithm(algorithm));
    let value = hex(&mac.bytes).parse().ok()?;
    Some(case.with_scheme(scheme).with_header(&HEADER, value))
}
