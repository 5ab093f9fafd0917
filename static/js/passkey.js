// Say in words that a passkey was not used: the person closed the window, or the device knows none for this site.
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.getElementById("passkey-failed");
  if (said) said.hidden = false;
});
