//! What the core says in events, kept apart by the thread that says it.
//!
//! One subscriber serves the whole process. With one for each test, a place in the code that is first come to on a thread
//! without any would be taken for one that nobody listens to, on all threads.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// What was said in one event.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) level: Option<Level>,
    fields: Vec<(&'static str, String)>,
}

impl Said {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(field, _)| *field == name);
        field.map(|(_, value)| value.as_str())
    }
}

impl Visit for Said {
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
    /// What this thread has said, while somebody wants to know.
    static HEARD: RefCell<Option<Vec<Said>>> = const { RefCell::new(None) };
}

/// The events of what is done here, whatever their level, in order.
pub(super) fn heard(act: impl FnOnce()) -> Vec<Said> {
    static LISTENING: LazyLock<()> = LazyLock::new(listen);
    LazyLock::force(&LISTENING);
    HEARD.set(Some(Vec::new()));
    act();
    HEARD.take().expect("it is taken once")
}

/// Whether the collector is where all threads find it. Before, it asks for no level at all: so nobody comes to an event,
/// finds no subscriber, and keeps that in mind.
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

    /// There should be none: it counts for an event without a level.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        hear(Said::default());
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut said = Said {
            level: Some(*event.metadata().level()),
            ..Said::default()
        };
        event.record(&mut said);
        hear(said);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn hear(said: Said) {
    HEARD.with_borrow_mut(|heard| {
        if let Some(heard) = heard {
            heard.push(said);
        }
    });
}
