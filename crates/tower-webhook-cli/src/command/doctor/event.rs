//! The bodies of the battery: each event has an id of its own, so that no two are duplicates.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use serde_json::{Map, Value};

pub(super) struct Events {
    /// The body that the user gave in place of the sample.
    template: Option<Map<String, Value>>,
    nonce: u64,
    count: Cell<u32>,
}

impl Events {
    /// Copies of this template, or else of a sample.
    pub(super) fn new(template: Option<Map<String, Value>>) -> Self {
        Self {
            template,
            nonce: RandomState::new().build_hasher().finish(),
            count: Cell::new(0),
        }
    }

    /// A new event: compact JSON whose members are in alphabetical order, unless it is the user's.
    pub(super) fn event(&self) -> String {
        let id = format!("doctor_{:016x}_{}", self.nonce, self.number());
        match &self.template {
            None => format!(r#"{{"data":{{"id":"{id}"}},"event":"agent.created"}}"#),
            Some(template) => {
                let mut event = template.clone();
                event.insert("doctor".to_owned(), Value::String(id));
                Value::Object(event).to_string()
            }
        }
    }

    /// A new event with one more member at its end, such as `"a":1`.
    pub(super) fn with(&self, member: &str) -> String {
        let mut event = self.event();
        event.pop();
        event + "," + member + "}"
    }

    /// A new event of a kind that no provider has; `None` when no member of it names the kind.
    pub(super) fn unknown(&self) -> Option<String> {
        let mut event: Map<String, Value> = serde_json::from_str(&self.event()).ok()?;
        let mut is_changed = false;
        for name in ["event", "type"] {
            if let Some(kind @ Value::String(_)) = event.get_mut(name) {
                *kind = Value::from("doctor.unknown");
                is_changed = true;
            }
        }
        is_changed.then(|| Value::Object(event).to_string())
    }

    /// The id of a new delivery.
    pub(super) fn delivery_id(&self) -> String {
        format!("msg_{:016x}{:016x}", self.nonce, self.number())
    }

    fn number(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_an_unknown_event_is_in_the_member_that_names_it() {
        let unknown = |template: Option<&str>| {
            let template = template.map(|text| serde_json::from_str(text).unwrap());
            let event = Events::new(template).unknown()?;
            Some(serde_json::from_str::<Value>(&event).unwrap())
        };
        assert_eq!(unknown(None).unwrap()["event"], "doctor.unknown");
        let of_user = unknown(Some(r#"{"type":"invoice.paid","a":"invoice.paid"}"#)).unwrap();
        assert_eq!(
            (&of_user["type"], &of_user["a"]),
            (&"doctor.unknown".into(), &"invoice.paid".into())
        );
        assert!(unknown(Some(r#"{"type":7,"a":"b"}"#)).is_none());
    }
}
