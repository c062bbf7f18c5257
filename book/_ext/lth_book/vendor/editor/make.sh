#!/usr/bin/env bash
# Makes codemirror.js anew, from the versions in package-lock.json (Node.js; `npm update` first for newer ones).
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent
npx esbuild entry.js --bundle --minify --format=iife --target=es2020 --legal-comments=none --outfile=codemirror.js
{
    echo "codemirror.js holds parts of these packages, all under the MIT licence."
    for folder in node_modules/@codemirror/* node_modules/@lezer/* node_modules/@marijn/* node_modules/style-mod node_modules/crelt node_modules/w3c-keyname; do
        echo
        echo "--- ${folder#node_modules/} $(node -p "require('./$folder/package.json').version")"
        cat "$folder/LICENSE"
    done
} > LICENSES
rm -rf node_modules
