//! What the doctor finds of duplicates: whether they act twice, also in a queue, and whether a crowd is answered.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, sleep};
use std::time::Duration;

use http::Method;
use serde_json::Value;

use super::{answering, doctor, document};
use crate::receiver::{Receiver, answer};

/// How a receiver works on an event that it has accepted already.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// On each by itself, for so long.
    Alone(u64),
    /// On one after the other, for so long on each.
    Queue(u64),
    /// On all that there are, as often as this.
    Batch(u64),
    Never,
}

/// A receiver with a page that counts its effects, which accepts everything, and may know duplicates.
fn working(work: Work, knows_duplicates: bool) -> Receiver {
    let effects = Arc::new(AtomicUsize::new(0));
    let (queue, events) = mpsc::channel::<()>();
    let count = |effects: &Arc<AtomicUsize>, more| effects.fetch_add(more, Ordering::SeqCst);
    let counted = Arc::clone(&effects);
    thread::spawn(move || {
        while events.recv().is_ok() {
            let wait = |time| sleep(Duration::from_millis(time));
            match work {
                Work::Alone(time) => {
                    let counted = Arc::clone(&counted);
                    thread::spawn(move || {
                        wait(time);
                        count(&counted, 1);
                    });
                }
                Work::Queue(time) => {
                    wait(time);
                    count(&counted, 1);
                }
                Work::Batch(time) => {
                    wait(time);
                    count(&counted, 1 + events.try_iter().count());
                }
                Work::Never => {}
            }
        }
    });
    let seen = Mutex::new(HashSet::new());
    Receiver::start(move |_, request| {
        if request.head.method == Method::GET {
            return answer(200, effects.load(Ordering::SeqCst).to_string());
        }
        if seen.lock().unwrap().insert(request.body.clone()) || !knows_duplicates {
            queue.send(()).unwrap();
        }
        answer(200, "")
    })
}

/// The row of this name, of a receiver with a page of effects.
fn examined(receiver: &Receiver, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["--json", "--effects", &receiver.url], arguments].concat();
    let document = document(&doctor(&receiver.url, &arguments).output().unwrap());
    assert_eq!(document["end"], "complete", "{document}");
    let rows = document["rows"].as_array().unwrap().iter();
    let rows = rows.filter(|row| row["name"].as_str().unwrap().starts_with("acts-once"));
    rows.cloned().collect()
}

#[test]
fn a_receiver_that_acts_once_but_late_is_sound() {
    thread::scope(|scope| {
        for work in [
            Work::Alone(0),
            Work::Alone(600),
            Work::Alone(3000),
            Work::Queue(300),
            Work::Queue(1500),
            Work::Batch(3000),
        ] {
            scope.spawn(move || {
                for row in examined(&working(work, true), &["--only", "delivery"]) {
                    let found = (&row["result"], &row["came"]);
                    assert_eq!(found, (&"pass".into(), &"1 effect".into()), "{work:?}: {row}");
                }
            });
        }
    });
}

#[test]
fn a_receiver_that_acts_twice_is_found_however_late_it_acts() {
    thread::scope(|scope| {
        for work in [Work::Alone(0), Work::Alone(1500), Work::Queue(1500), Work::Batch(1500)] {
            scope.spawn(move || {
                let rows = examined(&working(work, false), &["--only", "acts-once"]);
                let found = (&rows[0]["result"], &rows[0]["came"]);
                assert_eq!(found, (&"fail".into(), &"2 effects".into()), "{work:?}: {rows:?}");
            });
        }
    });
}

#[test]
fn a_page_that_counts_something_else_is_warned_of() {
    let reads = AtomicUsize::new(0);
    let growing = Receiver::start(move |_, _| answer(200, reads.fetch_add(1, Ordering::SeqCst).to_string()));
    for (receiver, remark) in [
        (growing, "does it count other events"),
        (working(Work::Never, true), "does it count events of this kind"),
    ] {
        let rows = examined(&receiver, &["--max-time", "20", "--only", "delivery"]);
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert_eq!((&row["result"], &row["came"]), (&"warn".into(), &"not counted".into()));
            assert!(row["remark"].as_str().unwrap().contains(remark), "{row}");
        }
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const ERROR: &str = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
const CLOSED: &str = "";

/// The answer to the request of each number: the first is the valid one, then 50 come, and then perhaps 5.
type Answers = fn(usize) -> &'static str;

fn in_a_crowd(answer: Answers) -> Value {
    let url = format!("http://{}/", answering(move |number| Some(answer(number))));
    let output = doctor(&url, &["--json", "--only", "concurrent-duplicates"]).output();
    document(&output.unwrap())["rows"][1].clone()
}

#[test]
fn a_crowd_that_is_too_large_is_told_from_a_race_that_is_lost() {
    const CROWD: &str = "a genuine request was not answered; 16 of 50 duplicates were accepted";
    let queue = format!("{CROWD}, and all of 5: is the queue of connections long enough");
    let race = format!("{CROWD}; with 5 at once: a genuine request was not answered; 1 of 5 duplicates were accepted");
    let error = "a genuine request was refused; 16 of 50 duplicates were accepted";
    let none = "a genuine request was not answered; 0 of 50 duplicates were accepted";
    let rows: [(Answers, _, _); 5] = [
        (
            |number| if (17..=50).contains(&number) { CLOSED } else { OK },
            "warn",
            &*queue,
        ),
        (
            |number| if number <= 16 || number == 51 { OK } else { CLOSED },
            "fail",
            &race,
        ),
        (|number| if number <= 16 { OK } else { ERROR }, "fail", error),
        (
            |number| match number {
                0..=16 => OK,
                30 => ERROR,
                _ => CLOSED,
            },
            "fail",
            error,
        ),
        (|number| if number == 0 { OK } else { CLOSED }, "fail", none),
    ];
    for (answer, result, remark) in rows {
        let row = in_a_crowd(answer);
        assert_eq!(row["result"], result, "{row}");
        assert!(row["remark"].as_str().unwrap().starts_with(remark), "{row}");
    }
}
