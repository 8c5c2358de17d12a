#!/bin/sh
# Installs ONNX Runtime, which comes as a package of node's, into DIRECTORY: install.sh DIRECTORY
set -eu

command -v npm >/dev/null || {
    echo "make peers: ONNX Runtime is left out: no npm"
    exit 0
}
[ -e "$1/node_modules/onnxruntime-node/package.json" ] && exit 0
mkdir -p "$1"
npm install --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error onnxruntime-node@1 >/dev/null ||
    echo "make peers: ONNX Runtime is left out: npm could not install onnxruntime-node"
