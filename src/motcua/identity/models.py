"""Who people and businesses are. Sign-in accounts, persons and businesses are three things."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(username, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in account. What it may do comes from the roles of its officer, never from the account."""

    username = models.CharField("tên đăng nhập", max_length=150, unique=True)
    full_name = models.CharField("họ và tên", max_length=200)
    is_active = models.BooleanField("đang dùng", default=True)
    date_joined = models.DateTimeField("ngày tạo", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    class Meta:
        verbose_name = "tài khoản"
        verbose_name_plural = "tài khoản"

    def __str__(self) -> str:
        return self.full_name or self.username


class Person(models.Model):
    """A natural person as declared with a dossier. `erased_at` set = every personal field is blank, by law."""

    full_name = models.CharField("họ và tên", max_length=200, blank=True)
    identity_number = models.CharField("số định danh", max_length=12, blank=True)
    identity_hmac = models.BinaryField("dấu tìm của số định danh", max_length=32, null=True)
    birth_year = models.SmallIntegerField("năm sinh", null=True)
    phone = models.CharField("số điện thoại", max_length=15, blank=True)
    phone_hmac = models.BinaryField("dấu tìm của số điện thoại", max_length=32, null=True)
    email = models.EmailField("thư điện tử", blank=True)
    address = models.CharField("địa chỉ", max_length=500, blank=True)
    created_at = models.DateTimeField("ngày tạo")
    erased_at = models.DateTimeField("ngày xóa dữ liệu cá nhân", null=True)

    class Meta:
        verbose_name = "cá nhân"
        verbose_name_plural = "cá nhân"
        indexes = [models.Index(fields=["identity_hmac"], name="person_identity_hmac")]

    def __str__(self) -> str:
        return self.full_name


class Business(models.Model):
    """An enterprise, organisation or state body that owns a dossier."""

    name = models.CharField("tên", max_length=300)
    tax_code = models.CharField("mã số thuế", max_length=14, blank=True, db_index=True)
    phone = models.CharField("số điện thoại", max_length=15, blank=True)
    email = models.EmailField("thư điện tử", blank=True)
    address = models.CharField("địa chỉ", max_length=500, blank=True)
    created_at = models.DateTimeField("ngày tạo")

    class Meta:
        verbose_name = "tổ chức"
        verbose_name_plural = "tổ chức"

    def __str__(self) -> str:
        return self.name
