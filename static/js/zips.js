// A zip is a download: the page stays, and asks how far it is. Sending <form data-zip> with its own
// address presses its [data-zip-watch], whose answer polls; the button rests meanwhile, so that a
// second press asks for no second zip.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-zip]") || submitter?.hasAttribute("formaction")) return;
  form.querySelector("[data-zip-watch]")?.click();
  setTimeout(() => { submitter.disabled = true; }); // the form is sent first
});
