<?php

namespace OAuth\Common\Http\Uri;

/** Double of an address. */
interface UriInterface
{
}
