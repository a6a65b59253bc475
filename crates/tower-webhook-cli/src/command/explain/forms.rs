//! JSON that was sent in a form, forms that became JSON, and forms that were encoded again.

use std::borrow::Cow;

use super::case::Case;
use super::json::{Escapes, Json, Node, decode};
use super::percent::{Field, MANNERS, Manner, Text, decoded};
use super::trial::{Trials, bodies, change, none, signed};

/// The fields in which providers and proxies put JSON.
const FIELDS: [&str; 4] = ["payload", "data", "json", "body"];
/// More fields than a form of a provider has; it bounds the forms that are made.
const MAX_FIELDS: usize = 1000;
/// A larger form is not written as JSON: a field is decoded to a text of its own before it is escaped.
const MAX_REWRITTEN: usize = 16 * 1024 * 1024;

/// The body is a field of a form (`payload=..`), or was one.
pub(super) fn json_in_form(case: &Case) -> Trials<'_> {
    let body = &case.body;
    let fields = fields(body).into_iter().flatten();
    let out = fields.map(|(_, value)| {
        let value: Vec<_> = value.bytes().collect();
        change("take the decoded value of the field of the form alone", value)
    });
    let names = FIELDS
        .iter()
        .filter(|_| body.starts_with(b"{") || body.starts_with(b"["));
    let into = names.enumerate().flat_map(move |(place, name)| {
        let manners = if place == 0 { MANNERS.len() } else { 3 };
        let manners = MANNERS.into_iter().take(manners).map(Some).chain([None]);
        manners.map(move |manner| {
            let mut form = format!("{name}=").into_bytes();
            match manner {
                Some(manner) => manner.encode(body.iter().copied(), &mut form),
                None => form.extend_from_slice(body),
            }
            change("keep the form that was sent, with the JSON as a field", form)
        })
    });
    bodies(case, out.chain(into))
}

/// A form was parsed, and its fields were written as JSON, or the reverse.
pub(super) fn form_as_json(case: &Case) -> Trials<'_> {
    if let Some(fields) = case.json().and_then(members) {
        let forms = MANNERS.into_iter().map(move |manner| {
            let form = manner.write(&fields);
            change("keep the form that was sent: its fields were written as JSON", form)
        });
        return bodies(case, forms);
    }
    let Some(fields) = fields(&case.body).filter(|_| case.body.len() <= MAX_REWRITTEN) else {
        return none();
    };
    let spaces = [(":", ","), (": ", ", ")];
    let manners = spaces
        .into_iter()
        .flat_map(|spaces| Escapes::ALL.iter().take(4).map(move |escapes| (spaces, escapes)));
    let objects = manners.map(move |((colon, comma), escapes)| {
        let mut out = String::from("{");
        for (index, (name, value)) in fields.iter().enumerate() {
            out.push_str(if index > 0 { comma } else { "" });
            escapes.write(&name.to_text(), &mut out);
            out.push_str(colon);
            escapes.write(&value.to_text(), &mut out);
        }
        out.push('}');
        signed("sign the form that is sent: the sender signed its fields as JSON", out)
    });
    bodies(case, objects)
}

/// A form was parsed and encoded again, in another manner or order.
pub(super) fn form_reencoded(case: &Case) -> Trials<'_> {
    let Some(fields) = fields(&case.body) else {
        return none();
    };
    let order = |one: &Field<'_>, other: &Field<'_>| {
        let compare = |one: &Text<'_>, other: &Text<'_>| one.bytes().cmp(other.bytes());
        compare(&one.0, &other.0).then_with(|| compare(&one.1, &other.1))
    };
    let is_sorted = fields.is_sorted_by(|one, other| order(one, other).is_le());
    let sorted = (!is_sorted).then(|| {
        let mut sorted = fields.clone();
        sorted.sort_by(order);
        sorted
    });
    let forms = [Some(fields), sorted].into_iter().flatten().flat_map(|fields| {
        MANNERS.into_iter().map(move |manner| {
            change(
                "keep the form as it was sent: it was encoded again",
                manner.write(&fields),
            )
        })
    });
    bodies(case, forms)
}

/// The body was percent-decoded, or encoded.
pub(super) fn percent_coded(case: &Case) -> Trials<'_> {
    let body = &case.body;
    let plain = [false, true].into_iter().map(|plus| {
        let body: Vec<_> = decoded(body, plus).collect();
        change("percent-decode the body", body)
    });
    let manners = MANNERS.into_iter().flat_map(|manner| [(manner, true), (manner, false)]);
    let encoded = manners.filter_map(|(manner, is_whole)| {
        if !is_whole {
            let form = encode_parts(body, manner)?;
            return Some(change("keep the values of the form percent-encoded", form));
        }
        let mut whole = Vec::new();
        manner.encode(body.iter().copied(), &mut whole);
        Some(change("keep the body percent-encoded, as it was sent", whole))
    });
    bodies(case, plain.chain(encoded))
}

/// A form that was decoded as a whole: its separators are taken as they are.
fn encode_parts(body: &[u8], manner: Manner) -> Option<Vec<u8>> {
    let mut fields = Vec::new();
    for field in body.split(|byte| *byte == b'&') {
        let equals = field.iter().position(|byte| *byte == b'=')?;
        let plain = |text| Text::Plain(Cow::Borrowed(text));
        fields.push((plain(&field[..equals]), plain(&field[equals + 1..])));
        if fields.len() > MAX_FIELDS {
            return None;
        }
    }
    Some(manner.write(&fields))
}

/// The fields of a body that is a form.
fn fields(body: &[u8]) -> Option<Vec<Field<'_>>> {
    let is_of_form = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'"' | b'<' | b'>');
    let form = body.trim_ascii();
    if form.is_empty() || !form.iter().all(is_of_form) || !form.contains(&b'=') {
        return None;
    }
    let mut fields = Vec::new();
    for field in form.split(|byte| *byte == b'&') {
        let equals = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
        let value = field.get(equals + 1..).unwrap_or_default();
        fields.push((Text::Encoded(&field[..equals]), Text::Encoded(value)));
        if fields.len() > MAX_FIELDS {
            return None;
        }
    }
    Some(fields)
}

/// The members of a flat object of JSON, as fields of a form.
fn members(json: &Json) -> Option<Vec<Field<'_>>> {
    let members = json.members()?;
    if members.is_empty() || members.len() > MAX_FIELDS {
        return None;
    }
    let text = |span| decode(json.text(span)).map(|text| Text::Plain(Cow::Owned(text.into_bytes())));
    let mut fields = Vec::new();
    for (name, value) in members {
        let name = text(*name)?;
        match value {
            Node::Text(value) => fields.push((name, text(*value)?)),
            Node::Plain(value) => fields.push((name, Text::Plain(Cow::Borrowed(json.text(*value).as_bytes())))),
            // A field that occurs more than once.
            Node::Array(items) => {
                for item in items {
                    let Node::Text(item) = item else { return None };
                    fields.push((name.clone(), text(*item)?));
                }
            }
            Node::Object(_) => return None,
        }
    }
    (fields.len() <= MAX_FIELDS).then_some(fields)
}
