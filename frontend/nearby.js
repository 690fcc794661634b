/**
 * "Meinen Standort verwenden": asks the device once and opens the same page with lon and lat.
 * <button data-nearby="/wlan/" hidden>, <p data-nearby-status data-waiting data-denied>. Rounded to about ten metres:
 * more is not needed to walk somewhere, and less stands in the log.
 */
const button = document.querySelector("[data-nearby]");
const status = document.querySelector("[data-nearby-status]");

if (button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    status.textContent = status.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const place = new URLSearchParams({ lon: coords.longitude.toFixed(4), lat: coords.latitude.toFixed(4) });
        location.assign(`${button.dataset.nearby}?${place}`);
      },
      () => {
        status.textContent = status.dataset.denied;
      },
      { timeout: 15000, maximumAge: 60000 },
    );
  });
}
