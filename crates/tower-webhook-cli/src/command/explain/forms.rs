//! JSON that was sent in a form, forms that became JSON, and forms that were encoded anew.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::case::Case;
use super::json::{Escapes, Json, Node, decode};
use super::trial::{Trials, bodies, change, none, signed};

/// The fields in which providers and proxies put JSON.
const FIELDS: [&str; 4] = ["payload", "data", "json", "body"];
/// More fields than a form of a provider has; it bounds the forms that are made.
const MAX_FIELDS: usize = 1000;

/// What JavaScript's `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &RFC_3986
    .remove(b'!')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*');
/// The unreserved characters of RFC 3986, section 2.3, which PHP's `rawurlencode` and Python's `quote` leave.
const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What HTML forms leave, but for the space, which is `+`.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');
/// What PHP's `urlencode` leaves.
const PHP: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// A manner of percent-encoding.
#[derive(Clone, Copy)]
struct Manner {
    escaped: &'static AsciiSet,
    plus: bool,
    lower: bool,
}

const MANNERS: [Manner; 7] = [
    manner(FORM, true),
    manner(RFC_3986, false),
    manner(COMPONENT, false),
    manner(PHP, true),
    manner(RFC_3986, true),
    manner(COMPONENT, true),
    Manner {
        lower: true,
        ..manner(FORM, true)
    },
];

const fn manner(escaped: &'static AsciiSet, plus: bool) -> Manner {
    Manner {
        escaped,
        plus,
        lower: false,
    }
}

impl Manner {
    fn encode(self, text: &[u8]) -> String {
        let mut encoded = percent_encode(text, self.escaped).to_string();
        if self.lower {
            encoded = lower_escapes(&encoded);
        }
        if self.plus {
            encoded.replace("%20", "+")
        } else {
            encoded
        }
    }
}

fn lower_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        let (digits, after) = after.split_at_checked(2).unwrap_or((after, ""));
        out.extend([before, "%", &digits.to_ascii_lowercase()]);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The body is a field of a form (`payload=..`), or was one.
pub(super) fn json_in_form(case: &Case) -> Trials<'_> {
    let body = &case.body;
    let values = fields(body).into_iter().flatten().map(|(_, value)| value);
    let out = values.map(|value| change("take the decoded value of the field of the form alone", value));
    let fields = FIELDS
        .iter()
        .filter(|_| body.starts_with(b"{") || body.starts_with(b"["));
    let into = fields.enumerate().flat_map(move |(place, name)| {
        let manners = if place == 0 { MANNERS.len() } else { 3 };
        let encoded = MANNERS.into_iter().take(manners).map(move |manner| {
            let value = manner.encode(body);
            change(
                "keep the form that was sent, with the JSON as a field",
                format!("{name}={value}"),
            )
        });
        let raw = [format!("{name}=").as_bytes(), body].concat();
        encoded.chain([change("keep the form that was sent, with the JSON as a field", raw)])
    });
    bodies(case, out.chain(into))
}

/// A form was parsed, and its fields were written as JSON, or the reverse.
pub(super) fn form_as_json(case: &Case) -> Trials<'_> {
    if let Some(fields) = case.json().and_then(members) {
        let forms = MANNERS.into_iter().map(move |manner| {
            let form = write(&fields, manner);
            change("keep the form that was sent: its fields were written as JSON", form)
        });
        return bodies(case, forms);
    }
    let Some(fields) = fields(&case.body) else {
        return none();
    };
    let objects = [(":", ","), (": ", ", ")].into_iter().flat_map(move |(colon, comma)| {
        let object = |escapes: &Escapes| {
            let mut out = String::from("{");
            for (index, (name, value)) in fields.iter().enumerate() {
                out.push_str(if index > 0 { comma } else { "" });
                escapes.write(&String::from_utf8_lossy(name), &mut out);
                out.push_str(colon);
                escapes.write(&String::from_utf8_lossy(value), &mut out);
            }
            out.push('}');
            signed("sign the form that is sent: the sender signed its fields as JSON", out)
        };
        Escapes::ALL.iter().take(4).map(object).collect::<Vec<_>>()
    });
    bodies(case, objects)
}

/// A form was parsed and encoded anew, in another manner or order.
pub(super) fn form_encoded_anew(case: &Case) -> Trials<'_> {
    let Some(fields) = fields(&case.body) else {
        return none();
    };
    let mut sorted = fields.clone();
    sorted.sort();
    let orders = if sorted == fields {
        vec![fields]
    } else {
        vec![fields, sorted]
    };
    let forms = orders.into_iter().flat_map(|fields| {
        MANNERS.into_iter().map(move |manner| {
            change(
                "keep the form as it was sent: it was encoded anew",
                write(&fields, manner),
            )
        })
    });
    bodies(case, forms)
}

/// The body was percent-decoded, or encoded.
pub(super) fn percent_coded(case: &Case) -> Trials<'_> {
    let body = &case.body;
    let spaces = |body: &[u8]| {
        body.iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect::<Vec<_>>()
    };
    let decoded = [
        percent_decode(body).collect(),
        percent_decode(&spaces(body)).collect::<Vec<_>>(),
    ];
    let decoded = decoded.map(|body| change("percent-decode the body", body));
    let encoded = MANNERS.into_iter().flat_map(move |manner| {
        let whole = change("keep the body percent-encoded, as it was sent", manner.encode(body));
        let parts = encode_parts(body, manner).map(|form| change("keep the values of the form percent-encoded", form));
        [Some(whole), parts].into_iter().flatten()
    });
    bodies(case, decoded.into_iter().chain(encoded))
}

/// A form that was decoded as a whole: its separators are taken as they are.
fn encode_parts(body: &[u8], manner: Manner) -> Option<String> {
    let fields: Vec<_> = body.split(|byte| *byte == b'&').collect();
    if fields.len() > MAX_FIELDS {
        return None;
    }
    let field = |field: &&[u8]| {
        let equals = field.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (&field[..equals], &field[equals + 1..]);
        Some(format!("{}={}", manner.encode(name), manner.encode(value)))
    };
    let fields: Option<Vec<_>> = fields.iter().map(field).collect();
    fields.map(|fields| fields.join("&"))
}

type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// The fields of a body that is a form.
fn fields(body: &[u8]) -> Option<Fields> {
    let is_of_form = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'"' | b'<' | b'>');
    let form = body.trim_ascii();
    if form.is_empty() || !form.iter().all(is_of_form) || !form.contains(&b'=') {
        return None;
    }
    let decode = |text: &[u8]| {
        let spaces: Vec<u8> = text
            .iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect();
        percent_decode(&spaces).collect::<Vec<u8>>()
    };
    let mut fields = Vec::new();
    for field in form.split(|byte| *byte == b'&') {
        let equals = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
        let value = field.get(equals + 1..).unwrap_or_default();
        fields.push((decode(&field[..equals]), decode(value)));
        if fields.len() > MAX_FIELDS {
            return None;
        }
    }
    Some(fields)
}

/// The members of a flat object of JSON, as fields of a form.
fn members(json: &Json) -> Option<Fields> {
    let members = json.members()?;
    if members.is_empty() || members.len() > MAX_FIELDS {
        return None;
    }
    let text = |span| decode(json.text(span)).map(String::into_bytes);
    let mut fields = Vec::new();
    for (name, value) in members {
        let name = text(*name)?;
        match value {
            Node::Text(value) => fields.push((name, text(*value)?)),
            Node::Plain(value) => fields.push((name, json.text(*value).as_bytes().to_vec())),
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

fn write(fields: &Fields, manner: Manner) -> String {
    let field = |(name, value): &(Vec<u8>, Vec<u8>)| format!("{}={}", manner.encode(name), manner.encode(value));
    fields.iter().map(field).collect::<Vec<_>>().join("&")
}
