//! The environment of the receivers.

use std::net::{Ipv4Addr, TcpListener};

use super::child::{RECEIVERS, Receiver, command, refusal, with_secret};
use crate::support::SECRET;

#[test]
fn the_receivers_listen_on_the_port_of_the_environment() {
    for example in RECEIVERS {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let free = listener.local_addr().unwrap();
        drop(listener);
        let mut command = command(example);
        command.env("PORT", free.port().to_string());
        assert_eq!(Receiver::start(command).address, free, "{example}");
    }
}

#[test]
fn unusable_variables_are_named_without_their_value() {
    for example in RECEIVERS {
        for (name, value) in [
            ("KNOWRITHM_WEBHOOK_SECRET", ""),
            ("KNOWRITHM_WEBHOOK_SECRET", " \n"),
            ("PORT", "65536"),
            ("PORT", "http"),
            ("PORT", SECRET),
        ] {
            let mut command = command(example);
            command.env(name, value);
            let message = refusal(command);
            assert!(message.contains(name), "{example}: {name}={value:?}: {message}");
            assert!(!message.contains(SECRET), "{example}: {message}");
        }
    }
}

#[test]
fn with_a_secret_of_the_environment_no_signed_command_is_printed() {
    for example in RECEIVERS {
        assert_eq!(Receiver::start(with_secret(example)).greeting, [""; 0], "{example}");
    }
}
