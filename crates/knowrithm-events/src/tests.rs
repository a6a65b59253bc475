//! The crate as its users see it: each event, each odd payload, what is printed, and round trips of anything.

mod events;
mod odd;
mod printed;
mod properties;

use crate::{Event, ParseError};

/// Reads a payload in every way there is; they must agree.
fn read(payload: &[u8]) -> Result<Event, ParseError> {
    let event = Event::from_slice(payload);
    let others: [Result<Event, String>; 3] = [
        serde_json::from_slice(payload).map_err(|error| error.to_string()),
        serde_json::from_reader(payload).map_err(|error| error.to_string()),
        // As `VerifiedJson` of `tower-webhook-axum` does.
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(payload))
            .map_err(|error| error.into_inner().to_string()),
    ];
    for other in others {
        match (&event, other) {
            (Ok(event), Ok(other)) => assert_eq!(*event, other),
            // A reader counts columns another way, and a deserializer that is not ended leaves the rest alone.
            (Err(_), Err(_)) => {}
            (Err(error), Ok(_)) => assert!(error.to_string().starts_with("trailing characters"), "{error}"),
            (Ok(_), Err(error)) => panic!("{error}"),
        }
    }
    event
}

/// Reads an event that must be one.
fn event(payload: &str) -> Event {
    read(payload.as_bytes()).unwrap_or_else(|error| panic!("{payload}: {error}"))
}

fn written(event: &Event) -> String {
    serde_json::to_string(event).unwrap()
}
