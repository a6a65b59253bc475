//! Runs one subject a number of times, for a profiler to look at: `one layer 1024 3000`, after its name the length of
//! the body in bytes, and how often.

use std::env;

use tower_webhook_benches::subjects;

fn main() {
    let [name, len, times] = env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .expect("a subject's name, a length, and how often");
    let [len, times] = [len, times].map(|number| number.parse::<u64>().expect("a number"));
    let len = usize::try_from(len).expect("a length fits into memory");
    let mut subject = subjects(len)
        .into_iter()
        .find(|subject| subject.name() == name)
        .expect("a subject of this name");
    println!("{:?}", subject.time(times));
}
