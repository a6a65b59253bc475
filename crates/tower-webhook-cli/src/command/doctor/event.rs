//! The bodies of the battery: each event has an id of its own, so that no two are duplicates.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use serde_json::{Map, Value};

/// What Adyen signs: without another one, each event would be the same delivery.
const ID_OF_ADYEN: &str = "/notificationItems/0/NotificationRequestItem/pspReference";

/// Where the kind of an event may be.
const KINDS: [&str; 4] = [
    "/event",
    "/type",
    "/notificationItems/0/NotificationRequestItem/eventCode",
    "/value/0/changeType",
];

pub(super) struct Events {
    /// The body that the user gave, or that the scheme needs, in place of the sample.
    template: Option<Value>,
    nonce: u64,
    count: Cell<u32>,
}

impl Events {
    /// Copies of this template, or else of a sample.
    pub(super) fn new(template: Option<Map<String, Value>>) -> Self {
        Self {
            template: template.map(Value::Object),
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
                if let Some(of_adyen) = event.pointer_mut(ID_OF_ADYEN) {
                    *of_adyen = Value::from(&*id);
                }
                event["doctor"] = Value::String(id);
                event.to_string()
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
        let mut event: Value = serde_json::from_str(&self.event()).ok()?;
        let mut is_changed = false;
        for place in KINDS {
            if let Some(kind @ Value::String(_)) = event.pointer_mut(place) {
                *kind = Value::from("doctor.unknown");
                is_changed = true;
            }
        }
        is_changed.then(|| event.to_string())
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
    fn no_two_events_are_the_same_delivery_in_what_adyen_signs() {
        let notification = r#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"7"}}]}"#;
        let events = Events::new(serde_json::from_str(notification).unwrap());
        let ids = [(); 2].map(|()| {
            let event: Value = serde_json::from_str(&events.event()).unwrap();
            event.pointer(ID_OF_ADYEN).unwrap().clone()
        });
        assert!(ids[0] != ids[1] && ids[0] != "7", "{ids:?}");
    }

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
