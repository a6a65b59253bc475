//! The samples that are sent when no file is named, and their edits.

use std::str::FromStr;

use knowrithm_events::samples;
use serde_json::Value;

use crate::outcome::{Failure, Result};
use crate::scheme::{Chosen, KNOWN};
use crate::term::Plain;

const DEFAULT: &str = "lead.created";

/// For schemes whose events nobody knows here.
const GENERIC: &str = concat!(
    r#"{"id":"evt_123abc","type":"sample.created","timestamp":"2024-05-21T10:30:00Z","#,
    r#""data":{"id":"sample_123abc","email":"john.doe@example.com"}}"#
);

/// For schemes that read the event itself: their name, and an event in the form that they read.
const READ: [(&str, &str); 2] = [
    (
        "adyen",
        concat!(
            r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"7914073381342284","#,
            r#""merchantAccountCode":"TestMerchant","merchantReference":"order-1","amount":{"value":1130,"currency":"EUR"},"#,
            r#""eventCode":"AUTHORISATION","eventDate":"2026-01-31T12:00:00+00:00","success":"true"}}]}"#
        ),
    ),
    (
        "microsoft-graph",
        concat!(
            r#"{"value":[{"subscriptionId":"7f105c7d-2dc5-4530-97cd-4e7ae6534c07","changeType":"created","#,
            r#""resource":"users/1/messages/2"}]}"#
        ),
    ),
];

/// A member that is replaced: the names on the way to it, and its new value.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    path: String,
    value: Value,
}

impl FromStr for Edit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (path, value) = text.split_once('=').ok_or("write it as path=value, as in data.id=7")?;
        if path.is_empty() {
            return Err("the path before `=` is empty");
        }
        Ok(Self {
            path: path.to_owned(),
            value: serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        })
    }
}

/// The JSON of this event with these edits. Without edits it is the text of the sample, byte for byte.
pub(crate) fn text(event: Option<&str>, chosen: &Chosen, edits: &[Edit]) -> Result<String> {
    let text = match event {
        Some(name) => named(name)?,
        None if chosen.name == KNOWN[0].name => named(DEFAULT)?,
        None => read_by(chosen).unwrap_or(GENERIC),
    };
    if edits.is_empty() {
        return Ok(text.to_owned());
    }
    let mut document: Value = serde_json::from_str(text).expect("a sample is JSON");
    for edit in edits {
        edit.apply(&mut document)?;
    }
    Ok(document.to_string())
}

/// The sample of a scheme that reads the event itself.
pub(crate) fn read_by(chosen: &Chosen) -> Option<&'static str> {
    let found = READ.iter().find(|(name, _)| *name == chosen.name);
    found.map(|(_, text)| *text)
}

/// The sample of the event with this name.
pub(crate) fn named(name: &str) -> Result<&'static str> {
    let found = samples().iter().find(|sample| sample.name == name);
    found.map(|sample| sample.json).ok_or_else(|| {
        let names: Vec<_> = samples().iter().map(|sample| sample.name).collect();
        Failure::usage(format_args!(
            "there is no sample of `{}`: choose one of {}",
            Plain(name),
            names.join(", ")
        ))
    })
}

impl Edit {
    fn apply(&self, document: &mut Value) -> Result<()> {
        let mut at = document;
        for (index, name) in self.path.split('.').enumerate() {
            let known = members(at);
            let found = match at {
                Value::Object(members) => members.get_mut(name),
                Value::Array(items) => name.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
                _ => None,
            };
            at = found.ok_or_else(|| {
                let before: Vec<_> = self.path.split('.').take(index).collect();
                let place = if before.is_empty() {
                    "the sample".to_owned()
                } else {
                    format!("`{}`", Plain(&before.join(".")))
                };
                Failure::usage(format_args!(
                    "--set {}: {place} has no `{}`, {known}",
                    Plain(&self.path),
                    Plain(name)
                ))
            })?;
        }
        *at = self.value.clone();
        Ok(())
    }
}

/// What could have been named instead.
fn members(value: &Value) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let names: Vec<_> = members.keys().map(|name| Plain(name).to_string()).collect();
            format!("only {}", names.join(", "))
        }
        Value::Array(items) => format!("it is a list of {}", items.len()),
        Value::Object(_) => "it is empty".to_owned(),
        _ => "it is neither an object nor a list".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Chosen {
        KNOWN.iter().find(|known| known.name == name).unwrap().chosen()
    }

    fn edited(edits: &[&str]) -> Result<Value> {
        let edits: Vec<Edit> = edits.iter().map(|edit| edit.parse().unwrap()).collect();
        let text = text(None, &known("knowrithm"), &edits)?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn a_sample_without_edits_is_sent_byte_for_byte() {
        for sample in samples() {
            let sent = text(Some(sample.name), &known("stripe"), &[]).unwrap();
            assert_eq!(sent, sample.json);
        }
        assert_eq!(text(None, &known("knowrithm"), &[]).unwrap(), named(DEFAULT).unwrap());
        assert_eq!(text(None, &known("stripe"), &[]).unwrap(), GENERIC);
        serde_json::from_str::<Value>(GENERIC).unwrap();
    }

    #[test]
    fn an_edit_changes_one_member_and_keeps_the_order_of_the_others() {
        let edit = "data.email=jane@example.com".parse().unwrap();
        let sent = text(None, &known("knowrithm"), &[edit]).unwrap();
        let expected = named(DEFAULT).unwrap().replace("john.doe@", "jane@");
        assert_eq!(sent, expected);
    }

    #[test]
    fn a_value_is_json_or_else_text() {
        for (value, expected) in [
            ("17", serde_json::json!(17)),
            ("\"17\"", serde_json::json!("17")),
            ("[1,{\"a\":null}]", serde_json::json!([1, {"a": null}])),
            ("", serde_json::json!("")),
            ("a=b", serde_json::json!("a=b")),
        ] {
            let document = edited(&[&format!("data.id={value}")]).unwrap();
            assert_eq!(document["data"]["id"], expected);
        }
        let document = edited(&["data.id=[1,2]", "data.id.1=3"]).unwrap();
        assert_eq!(document["data"]["id"], serde_json::json!([1, 3]));
    }

    #[test]
    fn a_path_that_is_not_there_says_what_is() {
        for (edit, message) in [
            (
                "mail=1",
                "--set mail: the sample has no `mail`, only event, timestamp, data, signature",
            ),
            (
                "data.mail=1",
                "--set data.mail: `data` has no `mail`, only id, first_name, last_name",
            ),
            (
                "event.a=1",
                "--set event.a: `event` has no `a`, it is neither an object nor a list",
            ),
            ("data..id=1", "--set data..id: `data` has no ``, only"),
        ] {
            let Err(Failure::Usage(error)) = edited(&[edit]) else {
                panic!("{edit}")
            };
            assert!(error.starts_with(message), "{error}");
        }
        assert!("data.id".parse::<Edit>().is_err());
        assert!("=1".parse::<Edit>().is_err());
    }
}
