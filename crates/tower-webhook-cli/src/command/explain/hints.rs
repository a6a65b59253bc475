//! What to look at next when nothing fits: evidence, but no proof.

use std::iter;

use serde::de::IgnoredAny;
use tower_webhook::{Rejection, RejectionKind};

use super::body;
use super::case::Case;
use super::form::Form;
use super::json::Node;
use super::scratch::hash;
use super::search::Found;
use super::{macs, provider};

/// Sizes at which buffers, columns and limits of middleware cut: from 255 bytes to 64 MiB.
const CUTS: [usize; 4] = [255, 1_000, 65_535, 16_777_215];

/// Something that was seen in the request.
pub(super) struct Hint {
    /// For programs.
    pub(super) name: &'static str,
    pub(super) text: String,
}

/// All that was seen, the strongest evidence first: why the request is refused as it is, then its signed time.
pub(super) fn hints(case: &Case, rejection: &Rejection, time: Option<Hint>) -> Vec<Hint> {
    let mut hints: Vec<_> = refused(case, rejection).into_iter().chain(time).collect();
    let seen = [
        signed_url(case),
        other_header(case),
        truncated(case),
        shorter_than_announced(case),
        signature_in_json(case),
        replacement_characters(case),
        decompressed(case),
        sorted(case),
        other_hash(case),
        unusable_secrets(case),
    ];
    let is_of_head = |hint: &Hint| hint.name.starts_with("header_") || hint.name.starts_with("secret_");
    let seen = seen.into_iter().flatten();
    hints.extend(seen.filter(|hint| case.signs_body() || is_of_head(hint)));
    if rejection.kind() != RejectionKind::MissingSignature {
        hints.push(Hint::new(
            "secret",
            "compare the secret with the one that the provider shows for this endpoint; make a new one if in doubt"
                .to_owned(),
        ));
    }
    hints
}

impl Hint {
    fn new(name: &'static str, text: String) -> Self {
        Self { name, text }
    }

    /// What is wrong with the signed time besides, and what to do about it.
    pub(super) fn of_time(fault: RejectionKind, found: &Found) -> Self {
        let text = format!("{}: {fault}; {}", fault.code(), found.change.text);
        Self::new(found.accident.name, text)
    }
}

/// Why the library refuses the request, whatever its signed time.
fn refused(case: &Case, rejection: &Rejection) -> Option<Hint> {
    let rejection = match rejection.kind() {
        // No secret can be used, so that the signature was not compared.
        RejectionKind::UnknownSecret => case.judge().err()?,
        _ => rejection.clone(),
    };
    let advice = match rejection.kind() {
        RejectionKind::MissingSignature if rejection.header() == case.scheme.signature_header() => {
            "; is the request signed?".to_owned()
        }
        RejectionKind::MalformedSignature => {
            let form = Form::of(&case.scheme).filter(|form| rejection.header() == Some(&form.header));
            form.map_or_else(String::new, |form| format!("; the form is {}", form.describe()))
        }
        _ => String::new(),
    };
    let code = rejection.code();
    Some(Hint::new(code, format!("{code}: {rejection}{advice}")))
}

fn signed_url(case: &Case) -> Option<Hint> {
    let url = case.signed_url()?;
    let came_to = case.head.uri.path_and_query();
    // Where the target is not known, it is `/`.
    let came_to = came_to.filter(|target| target.as_str() != "/" && Some(*target) != url.path_and_query());
    let came_to = came_to.map_or_else(String::new, |target| format!("; the request came to {target}"));
    let text = format!("the scheme signs the URL, exactly as the provider has it; verified with {url}{came_to}");
    Some(Hint::new("url", text))
}

/// The other providers whose header is there, well formed. A token may be anybody's: gateways add `Authorization`.
fn other_header(case: &Case) -> Option<Hint> {
    let own = case.scheme.signature_header();
    let mut others = provider::readable(case).filter(|(_, header)| Some(header) != own);
    let (first, header) = others.next()?;
    let same_header = others.filter(|(_, other)| *other == header).map(|(name, _)| name);
    let names: Vec<_> = iter::once(first)
        .chain(same_header)
        .map(|name| format!("`--scheme {name}`"))
        .collect();
    let text = format!(
        "the header `{header}` is there: {} may be the right one, with its secret",
        names.join(" or ")
    );
    Some(Hint::new("header_of_another_provider", text))
}

/// A body that begins as JSON and ends within it.
fn truncated(case: &Case) -> Option<Hint> {
    let begins = matches!(case.body.trim_ascii_start().first(), Some(b'{' | b'['));
    let length = case.body.len();
    let is_round = length >= 256 && (length.is_power_of_two() || length.is_multiple_of(1024))
        || length >= 1000 && length.is_multiple_of(1000)
        || CUTS.contains(&length);
    let end = if is_round {
        ", a round size: a buffer or a limit cut it"
    } else {
        ": something cut it, or did not read it to its end"
    };
    let text = format!("the body is JSON that breaks off at {length} bytes{end}");
    (begins && breaks_off(&case.body)).then(|| Hint::new("truncated", text))
}

/// Whether more text would make it JSON. It is read once, without memory, whatever is left of the budget.
fn breaks_off(text: &[u8]) -> bool {
    // A number that ends within itself is an error of its own.
    let is_of_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let end = text
        .iter()
        .rposition(|byte| !is_of_number(byte))
        .map_or(0, |last| last + 1);
    serde_json::from_slice::<IgnoredAny>(&text[..end]).is_err_and(|error| error.is_eof())
}

fn shorter_than_announced(case: &Case) -> Option<Hint> {
    let announced = body::announced(case)?;
    let held = case.body.len();
    let text = format!("Content-Length says {announced} bytes, and the body has {held}: it was cut, or changed");
    (announced != held).then(|| Hint::new("content_length", text))
}

/// The member `signature` of a body is signed itself, so that it cannot be the signature of the body.
fn signature_in_json(case: &Case) -> Option<Hint> {
    let json = case.json()?;
    let is_named = |key: &str| matches!(key, "\"signature\"" | "\"sig\"" | "\"hmac\"");
    let mut named = json.members()?.iter().filter_map(|(key, value)| match value {
        Node::Text(value) if is_named(json.text(*key)) => Some((json.text(*key), json.text(*value))),
        _ => None,
    });
    let (key, value) = named.next()?;
    let inside = macs::find(value.as_bytes(), macs::is_length);
    let header = case.scheme.signature_header();
    let is_same = header
        .into_iter()
        .flat_map(|name| macs::find_all(case.head.headers.get_all(name), macs::is_length))
        .any(|mac| inside.iter().any(|inner| inner.bytes == mac.bytes));
    let name = key.trim_matches('"');
    Some(if is_same {
        Hint::new(
            "signature_of_the_json",
            format!(
                "the header has the value of the member `{name}` of the JSON, which is not the signature of the body"
            ),
        )
    } else {
        Hint::new(
            "signature_in_the_json",
            format!("the member `{name}` of the JSON is not the signature of the body: take that of the header"),
        )
    })
}

fn replacement_characters(case: &Case) -> Option<Hint> {
    let text = std::str::from_utf8(&case.body).ok()?;
    let is_damaged = text.contains('\u{fffd}') || decode_any(text);
    let text =
        "the body contains U+FFFD, which stands for bytes that were lost: it was read as text in a wrong encoding";
    is_damaged.then(|| Hint::new("replacement_characters", text.to_owned()))
}

fn decode_any(text: &str) -> bool {
    text.contains("\\ufffd") || text.contains("\\uFFFD")
}

fn decompressed(case: &Case) -> Option<Hint> {
    let coding = case.head.headers.get("content-encoding")?;
    let is_packed = matches!(&*case.body, [0x1f, 0x8b, ..] | [0x78, ..]);
    let text = "Content-Encoding says that the body was compressed, and it is not: verify it before it is decompressed";
    (coding != "identity" && !is_packed).then(|| Hint::new("decompressed", text.to_owned()))
}

fn sorted(case: &Case) -> Option<Hint> {
    let json = case.json()?;
    let is_suspicious = json.members()?.len() > 3 && !json.is_unsorted();
    let text = "all keys of the JSON are in alphabetical order: if the sender does not sort them, its order was lost";
    is_suspicious.then(|| Hint::new("sorted_keys", text.to_owned()))
}

/// A MAC of another length than the scheme has.
fn other_hash(case: &Case) -> Option<Hint> {
    let form = Form::of(&case.scheme)?;
    let mut macs = macs::find_all(case.head.headers.get_all(&form.header), macs::is_length);
    let mac = macs.find(|mac| mac.bytes.len() != form.length)?;
    let hash = hash(mac.bytes.len());
    let text = format!(
        "the header has {} bytes, the length of a MAC with {hash}",
        mac.bytes.len()
    );
    Some(Hint::new("other_hash", text))
}

fn unusable_secrets(case: &Case) -> Option<Hint> {
    let mut faults = case.secrets.iter().filter_map(|secret| {
        let error = case.scheme.verifier(std::slice::from_ref(secret)).err()?;
        Some(format!("the secret in {}: {error}", secret.place()))
    });
    faults.next().map(|text| Hint::new("secret_unusable", text))
}
