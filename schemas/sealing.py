"""What could not be processed is kept so that only the holder of the quarantine key can read it."""

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox


def seal(public_key_hex: str, content: bytes) -> bytes:
    """*content*, readable for the holder of the private key alone.

    Raises  ValueError when the key is not the hex of an X25519 public key
    """
    return SealedBox(PublicKey(bytes.fromhex(public_key_hex.strip()))).encrypt(content)


def unseal(private_key_hex: str, sealed: bytes) -> bytes:
    """What was sealed to the public half of this key.

    Raises  ValueError when it was sealed to another key, or is damaged
    """
    try:
        return SealedBox(PrivateKey(bytes.fromhex(private_key_hex.strip()))).decrypt(sealed)
    except CryptoError:
        raise ValueError("sealed") from None


def new_pair() -> tuple[str, str]:
    """A fresh private and public key, in hex."""
    private = PrivateKey.generate()
    return bytes(private).hex(), bytes(private.public_key).hex()
