//! A headless Chromium, spoken to over a pipe: one page, one file, what the page says.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What the program may be called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

pub struct Browser {
    process: Child,
    ask: File,
    answers: BufReader<File>,
    asked: u64,
    session: Value,
    chosen: PathBuf,
    _folder: tempfile::TempDir,
}

/// Where Chromium is, when it is on this machine.
pub fn installed() -> Option<&'static str> {
    let is =
        |name: &&&str| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    NAMES.iter().find(is).copied()
}

impl Browser {
    /// Opens a page from a file.
    pub fn open(program: &str, page: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (to, from) = (folder.path().join("to"), folder.path().join("from"));
        assert!(Command::new("mkfifo").args([&to, &from]).status().unwrap().success());
        // Chromium reads what it is asked from file 3 and answers on file 4.
        let process = Command::new("sh")
            .arg("-c")
            .arg(r#"exec "$0" "$@" 3<"$TO" 4>"$FROM""#)
            .arg(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run"])
            .args(["--disable-background-networking", "--lang=en"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .env("TO", &to)
            .env("FROM", &from)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ask = File::options().write(true).open(&to).unwrap();
        let answers = BufReader::new(File::open(&from).unwrap());
        let mut browser =
            Self { process, ask, answers, asked: 0, session: Value::Null, chosen: PathBuf::new(), _folder: folder };
        let target = browser.ask("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let attach = json!({ "targetId": target, "flatten": true });
        browser.session = browser.ask("Target.attachToTarget", attach)["sessionId"].clone();
        browser.ask("Page.enable", json!({}));
        browser.ask("Network.enable", json!({}));
        browser.ask("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        browser.until("document.readyState === 'complete' && typeof check === 'function'");
        browser
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": params });
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        self.ask.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut answer = Vec::new();
            self.answers.read_until(0, &mut answer).unwrap();
            assert!(answer.pop().is_some(), "Chromium ended");
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            let url = answer["params"]["request"]["url"].as_str().unwrap_or_default();
            assert!(!url.starts_with("http"), "the page asked for {url}");
            if answer["id"] == self.asked {
                assert_eq!(answer["error"], Value::Null, "{method}");
                return answer["result"].clone();
            }
        }
    }

    /// The value of an expression in the page; promises are awaited.
    pub fn says(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", params);
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].clone()
    }

    /// Waits in the page until something is so there.
    fn until(&mut self, is: &str) {
        let wait = format!(
            "new Promise((go) => {{ const end = Date.now() + 120000;
              const look = () => ({is}) ? go(true) : Date.now() > end ? go(false) : setTimeout(look, 20); look(); }})"
        );
        assert_eq!(self.says(&wait), true, "{is} was not so after two minutes");
    }

    /// Gives the page a file and a key; what it says when it is done: its verdict, and all its words.
    pub fn checked(&mut self, file: &Path, keys: &str) -> (String, String) {
        self.says(&format!("document.body.dataset.state = ''; document.getElementById('key').value = {}", json!(keys)));
        if self.chosen == file {
            // To choose the same file is no change; the page has a button for that.
            self.says("document.getElementById('again').click()");
        } else {
            let root = self.ask("DOM.getDocument", json!({}))["root"]["nodeId"].clone();
            let node = self.ask("DOM.querySelector", json!({ "nodeId": root, "selector": "#file" }))["nodeId"].clone();
            self.ask("DOM.setFileInputFiles", json!({ "nodeId": node, "files": [file] }));
            file.clone_into(&mut self.chosen);
        }
        self.until("['intact', 'unvouched', 'nonconforming', 'edges', 'nothing', 'forked', 'broken'].includes(document.body.dataset.state) && $('progress').hidden");
        let state = self.says("document.body.dataset.state").as_str().unwrap().to_owned();
        (state, self.says("document.querySelector('main').innerText").as_str().unwrap().to_owned())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
