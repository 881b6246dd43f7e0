"""Where stored files go: a folder of the home, or an S3 store through django-storages."""

from __future__ import annotations

from typing import Any

from motcua.platform.config import Config


def file_storage(config: Config) -> dict[str, Any]:
    """Django's storage entry for files handed in and issued. Names are content hashes, so nothing is ever overwritten."""
    if not config.s3_bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": config.home / "files", "file_permissions_mode": 0o600},
        }
    keys = {"access_key": config.s3_access_key, "secret_key": config.s3_secret_key}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": config.s3_bucket,
            "endpoint_url": config.s3_endpoint,
            # Files are opened through the program, which asks who may; a signed address of the store would go around it.
            "querystring_auth": True,
            "default_acl": "private",
            "file_overwrite": False,
            **{name: key.get_secret_value() for name, key in keys.items() if key},
        },
    }
