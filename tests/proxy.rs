//! A proxy between the program and the org that does harm at one chosen moment.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// What is done at which moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) harm: Harm,
    pub(crate) counts: Counts,
    /// Requests of this kind before it are served as usual.
    pub(crate) after: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harm {
    /// The program is killed, and the org never sees the request.
    KillBefore,
    /// The org has done what was asked; the program is killed before it knows.
    KillAfter,
    /// The program sees the reply, and is killed at once.
    KillAnswered,
    /// The program waits for its reply while something else happens.
    Hold,
    /// The connection ends instead of passing the request on.
    Cut,
    /// The connection ends instead of passing the reply on.
    LoseReply,
    /// From this moment on every row that is sent is refused with this code, and the org never
    /// sees it.
    Refuse(&'static str),
}

/// Which requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    All,
    /// Those that write records.
    Writes,
    /// Those about jobs of the Bulk API.
    Jobs,
}

/// What the one who runs the program is told.
pub(crate) enum Event {
    /// The moment is there; the connection waits until it is told to go on.
    Struck(Sender<()>),
    /// The program has ended.
    Ended,
}

/// Serves one run of the program.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<Vec<JoinHandle<()>>>,
    stopped: Arc<Mutex<bool>>,
}

struct Shared {
    org: String,
    /// How many requests are left before it strikes; it strikes once.
    fault: Mutex<Option<Fault>>,
    events: Sender<Event>,
}

impl Proxy {
    /// Stands between the program and the org at this address.
    pub(crate) fn start(org: &str, fault: Option<Fault>, events: Sender<Event>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            org: org.trim_start_matches("http://").to_owned(),
            fault: Mutex::new(fault),
            events,
        });
        let stopped = Arc::new(Mutex::new(false));
        let stop = Arc::clone(&stopped);
        let accepting = thread::spawn(move || {
            let mut connections = Vec::new();
            for stream in listener.incoming() {
                if *stop.lock().unwrap() {
                    break;
                }
                let (stream, shared) = (stream.unwrap(), Arc::clone(&shared));
                // A connection that breaks off is what this is all about.
                connections.push(thread::spawn(move || drop(serve(&stream, &shared))));
            }
            connections
        });
        Self {
            address,
            accepting,
            stopped,
        }
    }

    /// Waits until everything that the program has sent is served: nothing arrives after this.
    pub(crate) fn finish(self) {
        // Connections come in their order, so that all of the program's come before this one.
        *self.stopped.lock().unwrap() = true;
        drop(TcpStream::connect(self.address));
        for connection in self.accepting.join().unwrap() {
            connection.join().unwrap();
        }
    }
}

/// Passes requests and replies on until one side has enough.
fn serve(client: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut requests = BufReader::new(client);
    let mut to_client = client;
    let org = TcpStream::connect(&shared.org)?;
    let mut replies = BufReader::new(&org);
    while let Some(request) = message(&mut requests)? {
        let harm = strike(shared, &request);
        match harm {
            Some(Harm::KillBefore) => {
                wait(shared);
                return Ok(());
            }
            Some(Harm::Cut) => return Ok(()),
            Some(Harm::Refuse(code)) => {
                to_client.write_all(&refusal(&request, code))?;
                continue;
            }
            _ => (&org).write_all(&request)?,
        }
        let Some(reply) = message(&mut replies)? else {
            return Ok(());
        };
        if harm == Some(Harm::Hold) {
            wait(shared);
        }
        match harm {
            Some(Harm::KillAfter) => {
                wait(shared);
                return Ok(());
            }
            Some(Harm::LoseReply) => return Ok(()),
            _ => to_client.write_all(&reply)?,
        }
        if harm == Some(Harm::KillAnswered) {
            wait(shared);
            return Ok(());
        }
    }
    Ok(())
}

/// The harm to be done at this request.
fn strike(shared: &Shared, request: &[u8]) -> Option<Harm> {
    let mut fault = shared.fault.lock().unwrap();
    let Fault {
        harm,
        counts,
        after,
    } = (*fault)?;
    let counted = match counts {
        Counts::All => true,
        Counts::Writes => is_write(request),
        Counts::Jobs => request_line(request).contains("/jobs/ingest"),
    };
    if !counted {
        return None;
    }
    if after > 0 {
        *fault = Some(Fault {
            harm,
            counts,
            after: after - 1,
        });
        return None;
    }
    if !matches!(harm, Harm::Refuse(_)) {
        *fault = None;
    }
    Some(harm)
}

/// The reply to a write of several rows that refuses each of them.
fn refusal(request: &[u8], code: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let rows = match serde_json::from_str::<serde_json::Value>(body) {
        Ok(body) => body["records"].as_array().map_or(1, Vec::len),
        Err(_) => head.lines().next().unwrap().matches(',').count() + 1,
    };
    let row = serde_json::json!({
        "success": false,
        "errors": [{"statusCode": code, "message": "refused by the test", "fields": []}],
    });
    let body = serde_json::Value::from(vec![row; rows]).to_string();
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    format!("{head}{length}\r\n\r\n{body}").into_bytes()
}

/// Reads are sent by POST too, where their ids are many.
fn is_write(request: &[u8]) -> bool {
    let line = request_line(request);
    let (method, path) = line.split_once(' ').unwrap();
    let path = path.split(['?', ' ']).next().unwrap();
    match method {
        "POST" => path.ends_with("/composite/sobjects"),
        "PATCH" | "DELETE" => true,
        _ => false,
    }
}

fn request_line(request: &[u8]) -> String {
    let line = request.split(|byte| *byte == b'\r').next().unwrap();
    String::from_utf8_lossy(line).into_owned()
}

/// Tells that the moment is there, and waits until the test is done with it.
fn wait(shared: &Shared) {
    let (done, waiting) = channel();
    // Where nobody listens any more, the program has ended by itself.
    if shared.events.send(Event::Struck(done)).is_ok() {
        let _ = waiting.recv();
    }
}

/// One HTTP message, head and body; none where the other side is done.
fn message(from: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut length = 0;
    loop {
        let start = message.len();
        if from.read_until(b'\n', &mut message)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&message[start..]).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length is a number");
        }
        assert!(
            !line.starts_with("transfer-encoding:"),
            "bodies have a length"
        );
        if line.trim().is_empty() {
            break;
        }
    }
    let head = message.len();
    message.resize(head + length, 0);
    from.read_exact(&mut message[head..])?;
    Ok(Some(message))
}
