//! What the system says about a process: its memory, and its open files.

use std::collections::HashMap;
use std::fs;
use std::process::Command;

use anyhow::{Context, ensure};

/// `VmRSS`, the memory that a process has in use, in bytes.
pub(crate) fn memory(id: u32) -> anyhow::Result<u64> {
    status(id, "VmRSS:")
}

/// `VmHWM`, the highest `VmRSS` since the last [`forget_peak`], in bytes.
pub(crate) fn peak(id: u32) -> anyhow::Result<u64> {
    status(id, "VmHWM:")
}

/// Makes the memory in use the peak.
pub(crate) fn forget_peak(id: u32) -> anyhow::Result<()> {
    fs::write(format!("/proc/{id}/clear_refs"), "5").context("resetting the peak of memory")
}

fn status(id: u32, name: &str) -> anyhow::Result<u64> {
    let path = format!("/proc/{id}/status");
    let status = fs::read_to_string(&path).context(path)?;
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = value.and_then(|value| value.trim().strip_suffix(" kB"));
    let kib: u64 = kib.context("the process has ended")?.parse()?;
    Ok(kib * 1024)
}

/// The number of sockets that a process has open.
pub(crate) fn sockets(id: u32) -> anyhow::Result<usize> {
    let files = fs::read_dir(format!("/proc/{id}/fd")).context("the process has ended")?;
    let targets = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    Ok(targets
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count())
}

/// The bytes that the server on this port of loopback has written and no client has acknowledged, for each open
/// connection of IPv4 by the port of the client.
///
/// The columns of `/proc/net/tcp` are in the kernel's `Documentation/networking/proc_net_tcp.rst`.
pub(crate) fn unacknowledged(server: u16) -> anyhow::Result<HashMap<u16, u64>> {
    const ESTABLISHED: &str = "01";
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    let queue = |line: &str| {
        let mut columns = line.split_whitespace().skip(1);
        let (local, remote, state, queues) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        let sent = u64::from_str_radix(queues.split(':').next()?, 16).ok()?;
        (state == ESTABLISHED && port(local)? == server).then_some((port(remote)?, sent))
    };
    let table = fs::read_to_string("/proc/net/tcp").context("only Linux tells the queues of sockets")?;
    Ok(table.lines().filter_map(queue).collect())
}

/// Sends a process this signal.
pub(crate) fn signal(id: u32, name: &str) -> anyhow::Result<()> {
    let kill = Command::new("sh")
        .args(["-c", &format!("kill -{name} {id}")])
        .status()?;
    ensure!(kill.success(), "the process has ended");
    Ok(())
}

/// A crowd of strangers needs more files than a shell allows by default.
pub(crate) fn check_open_files() -> anyhow::Result<()> {
    const NEEDED: u64 = 4096;
    let limits = fs::read_to_string("/proc/self/limits").context("only Linux tells the memory of a process")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    let enough = soft.is_some_and(|soft| soft == "unlimited" || soft.parse().is_ok_and(|soft: u64| soft >= NEEDED));
    ensure!(
        enough,
        "the attackers need {NEEDED} open files: run `ulimit -n {NEEDED}` first"
    );
    Ok(())
}
