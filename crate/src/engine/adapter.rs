//! The browser's GPU adapter, before a device is started on it.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A WebGPU adapter as the browser describes it. Browsers hide most of it, so empty strings are usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdapterInfo {
    /// "nvidia", "intel", "google" ...
    pub vendor: String,
    /// "ampere", "gen-12lp", "swiftshader" ...
    pub architecture: String,
    /// Free text, often empty.
    pub description: String,
    /// Whether the browser marks it as a fallback adapter.
    pub fallback: bool,
}

/// Renderers that run on the CPU. Not every browser marks them as fallback adapters.
const SOFTWARE: [&str; 6] = ["swiftshader", "llvmpipe", "lavapipe", "softpipe", "warp", "basic render"];

impl AdapterInfo {
    /// Requests the browser's fastest adapter, in a window or a worker, within `seconds`: a browser whose GPU process
    /// hangs never answers.
    ///
    /// # Errors
    /// The reason why there is none, for the user.
    pub async fn ask(seconds: u32) -> Result<Self, String> {
        let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
        if gpu.is_falsy() {
            return Err("this browser has no WebGPU".into());
        }
        let options = js_sys::Object::new();
        // Setting a property of a fresh object cannot fail.
        let _ = js_sys::Reflect::set(&options, &"powerPreference".into(), &"high-performance".into());
        let request: js_sys::Function =
            get(&gpu, "requestAdapter").dyn_into().map_err(|_| "this browser's WebGPU has no adapters")?;
        let promise: js_sys::Promise = request
            .call1(&gpu, &options)
            .and_then(|p| p.dyn_into())
            .map_err(|_| "the browser refused to look for a GPU adapter")?;
        let first = js_sys::Promise::race(&js_sys::Array::of2(&promise, &after(seconds * 1000)));
        let adapter = JsFuture::from(first).await.map_err(|_| "the browser failed while looking for a GPU adapter")?;
        if adapter.is_undefined() {
            return Err(format!("the GPU has not answered for {seconds} s"));
        }
        if adapter.is_falsy() {
            return Err("WebGPU is there, but no GPU adapter".into());
        }
        let info = get(&adapter, "info");
        let text = |key| get(&info, key).as_string().unwrap_or_default();
        let fallback = get(&info, "isFallbackAdapter").is_truthy() || get(&adapter, "isFallbackAdapter").is_truthy();
        Ok(Self {
            vendor: text("vendor"),
            architecture: text("architecture"),
            description: text("description"),
            fallback,
        })
    }

    /// Whether it computes on the CPU.
    pub fn is_software(&self) -> bool {
        let words = format!("{} {} {}", self.vendor, self.architecture, self.description).to_lowercase();
        self.fallback || SOFTWARE.iter().any(|s| words.contains(s))
    }

    /// The name for the user.
    pub fn name(&self) -> String {
        if !self.description.is_empty() {
            return self.description.clone();
        }
        let words = [self.vendor.as_str(), self.architecture.as_str()];
        let name = words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
        if name.is_empty() { "a GPU that the browser does not name".into() } else { name }
    }
}

/// A property; undefined if there is none, or no object.
pub(super) fn get(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A promise that resolves to undefined after `ms` milliseconds.
pub(super) fn after(ms: u32) -> js_sys::Promise {
    js_sys::Promise::new(&mut |resolve, _| {
        let timer = get(&js_sys::global(), "setTimeout").dyn_into::<js_sys::Function>();
        if timer.and_then(|t| t.call2(&JsValue::UNDEFINED, &resolve, &ms.into())).is_err() {
            // Without timers, resolve at once; that cannot fail.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    })
}
