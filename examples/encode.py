"""Codes of two pictures by a saved model: encode.py LIBRARY FILE.safetensors"""
import ctypes, sys

class Rows(ctypes.Structure):
    _fields_ = [("f32", ctypes.c_void_p), ("u8", ctypes.c_char_p), ("n", ctypes.c_size_t), ("d", ctypes.c_size_t)]

vae = ctypes.CDLL(sys.argv[1])
vae.vae_net_create.restype, vae.vae_net_message.restype = ctypes.c_void_p, ctypes.c_char_p
vae.vae_net_width.restype = vae.vae_net_latent.restype = ctypes.c_size_t
net = ctypes.c_void_p(vae.vae_net_create())
if vae.vae_net_load(net, sys.argv[2].encode()):
    sys.exit(vae.vae_net_message(net).decode())
width, latent = vae.vae_net_width(net), vae.vae_net_latent(net)
mu = (ctypes.c_float * (2 * latent))()
if vae.vae_net_encode(net, ctypes.byref(Rows(None, bytes(width) + b"\xff" * width, 2, width)), mu, None):
    sys.exit(vae.vae_net_message(net).decode())
print("dark ", mu[:latent], "\nlight", mu[latent:])
