//! Records the events of the core by thread.
//!
//! One subscriber serves the whole process. With one for each test, a callsite that is first reached on a thread
//! without a subscriber would be disabled on all threads.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// One event.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) level: Option<Level>,
    fields: Vec<(&'static str, String)>,
}

impl Recorded {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(field, _)| *field == name);
        field.map(|(_, value)| value.as_str())
    }
}

impl Visit for Recorded {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        write!(text, "{value:?}").unwrap();
        self.fields.push((field.name(), text));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.push((field.name(), value.to_owned()));
    }
}

thread_local! {
    /// The events of this thread, while they are recorded.
    static EVENTS: RefCell<Option<Vec<Recorded>>> = const { RefCell::new(None) };
}

/// The events of an action, of every level, in order.
pub(crate) fn recorded(act: impl FnOnce()) -> Vec<Recorded> {
    static LISTENING: LazyLock<()> = LazyLock::new(listen);
    LazyLock::force(&LISTENING);
    EVENTS.set(Some(Vec::new()));
    act();
    EVENTS.take().expect("it was set above")
}

/// Whether the collector is the global default. Until then it disables every level, so that no callsite is reached and
/// cached as disabled.
static IN_PLACE: AtomicBool = AtomicBool::new(false);

fn listen() {
    tracing::subscriber::set_global_default(Collector).expect("the tests have no other");
    IN_PLACE.store(true, Ordering::SeqCst);
    tracing::callsite::rebuild_interest_cache();
}

struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tower_webhook")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        (!IN_PLACE.load(Ordering::SeqCst)).then_some(LevelFilter::OFF)
    }

    /// The core opens no spans: one would be recorded as an event without a level.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        record(Recorded::default());
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut recorded = Recorded {
            level: Some(*event.metadata().level()),
            ..Recorded::default()
        };
        event.record(&mut recorded);
        record(recorded);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn record(event: Recorded) {
    EVENTS.with_borrow_mut(|events| {
        if let Some(events) = events {
            events.push(event);
        }
    });
}
