#!/bin/sh
# The wall's browser: fetched again and again for ever. WALL_URL, e.g.
#   https://cockpit.example/sign-in?next=/wall%3Fwall%3D3840x1080%26grid%3D2x1#wall:wall.hall:KEY
set -u
: "${WALL_URL:?set WALL_URL to the address of the wall}"
PROFILE="${WALL_PROFILE:-$HOME/.cockpit-wall}"
BROWSER="${WALL_BROWSER:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}"
: "${BROWSER:?no Chromium found; set WALL_BROWSER}"
command -v xset >/dev/null && { xset s off; xset -dpms; xset s noblank; } 2>/dev/null
mkdir -p "$PROFILE/Default"
# A power cut is no reason to ask whether pages shall be restored.
sed -i 's/"exited_cleanly":false/"exited_cleanly":true/; s/"exit_type":"[^"]*"/"exit_type":"Normal"/' \
  "$PROFILE/Default/Preferences" 2>/dev/null
exec "$BROWSER" --kiosk --user-data-dir="$PROFILE" --no-first-run --noerrdialogs --disable-session-crashed-bubble \
  --disable-infobars --disable-pinch --overscroll-history-navigation=0 --disable-features=Translate \
  --autoplay-policy=no-user-gesture-required --disable-component-update --disable-background-networking \
  --disable-sync ${WALL_FLAGS:-} "$WALL_URL"
