// Asks the browser for a passkey: to make one, or to sign in with one. Pages work without it, in the other ways.
"use strict";
(() => {
  const form = document.querySelector("[data-passkey]");
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;
  const button = form.querySelector("button"), said = form.querySelector("[role=status]");
  const making = form.dataset.passkey === "make", at = form.dataset.at || (making ? "/account/passkeys" : "/sign-in/passkey"), words = form.dataset;
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const send = async (address, what) => {
    const reply = await fetch(address, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(what)});
    let answer = {};
    try { answer = await reply.json(); } catch { /* a page, not an answer */ }
    if (!reply.ok) throw new Error(answer.problem || words.wrong || "Something went wrong. Try again, or sign in another way.");
    return answer;
  };
  const known = all => (all || []).map(one => ({...one, id: bytes(one.id)}));
  const response = key => {
    const out = {id: key.id, rawId: text(key.rawId), type: key.type, response: {}, clientExtensionResults: key.getClientExtensionResults()};
    if (key.authenticatorAttachment) out.authenticatorAttachment = key.authenticatorAttachment;
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[name]) out.response[name] = text(key.response[name]);
    }
    if (key.response.getTransports) out.response.transports = key.response.getTransports();
    return out;
  };
  const make = async () => {
    const value = name => { const e = form.querySelector("[name=" + name + "]"); return e ? e.value : ""; };
    const asked = (await send(at + "/begin", {password: value("password")})).publicKey;
    const key = await navigator.credentials.create({publicKey: {...asked, challenge: bytes(asked.challenge), user: {...asked.user, id: bytes(asked.user.id)}, excludeCredentials: known(asked.excludeCredentials)}});
    return send(at, {label: value("label"), response: response(key)});
  };
  const signIn = async () => {
    const begun = await send(at + "/begin", {}), asked = begun.options.publicKey;
    const key = await navigator.credentials.get({publicKey: {...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials)}});
    return send(at, {ceremony: begun.ceremony, to: form.dataset.to || "", response: response(key)});
  };
  form.hidden = false;
  form.addEventListener("submit", async event => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "";
    try {
      location.assign((await (making ? make() : signIn())).to);
    } catch (fault) {
      said.textContent = fault.name === "NotAllowedError" ? words.none || "Nothing was chosen. Try again, or sign in another way."
        : fault.name === "InvalidStateError" ? words.known || "This device has a passkey for your account already." : fault.name === "Error" ? fault.message : words.wrong || fault.message;
      button.disabled = false;
    }
  });
})();
